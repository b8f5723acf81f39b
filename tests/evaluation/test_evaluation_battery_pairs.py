"""The battery's pairs: made the same each time, spoilt as their class says, and no pair of one half in the other."""

import ast
import re
from collections import Counter
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

import pytest

from foundling.corpus import BUILTIN
from foundling.evaluation.battery import falling, spoiling
from foundling.evaluation.battery import programs as programs_module
from foundling.evaluation.battery.classes import CLASSES, NAMES, Spoiler, make_battery
from foundling.evaluation.battery.contradicting import denials
from foundling.evaluation.battery.falling import fallings
from foundling.evaluation.battery.kindness import kindnesses, moments
from foundling.evaluation.battery.pair import Pair
from foundling.evaluation.battery.passages import LONGEST, SHORTEST, cut_passages, passages
from foundling.evaluation.battery.programs import fault_of, programs, written
from foundling.evaluation.battery.skill import USABLE
from foundling.evaluation.battery.speaking import callers, swap_names, wrong_speakers
from foundling.evaluation.intervals import wilson
from foundling.records import Story, Turn, parse_scene, read_story
from foundling.world.chance import Dice
from foundling.world.physics import kinds
from foundling.world.physics import words as physics_words
from foundling.world.physics.scene import HELD_OUT, Scene, drawn, make_scene
from foundling.world.questions.check import answer
from foundling.world.questions.exam import new_names

TEXT = (
    'Magda looked into the basket. "Two hens is not much for a brother," said Magda. The old woman bent down to look '
    "closer at him.\n\nIt was hard to say what he could do. He could cry and he could be sick. Everybody came to see."
)


def told(paths: slice) -> list[Story]:
    files = sorted((BUILTIN / "stories").glob("*.txt"))[paths]
    return [read_story(path.read_text(encoding="utf-8"), title=path.stem, source=path.stem) for path in files]


@pytest.fixture(scope="module")
def scored() -> tuple[Pair, ...]:
    return make_battery(told(slice(0, 3)), "scored", seed=3, count=20)


@pytest.fixture(scope="module")
def taught() -> tuple[Pair, ...]:
    return make_battery(told(slice(3, 6)), "taught", seed=3, count=20)


def test_there_are_a_dozen_classes_and_pairs_of_each(scored: tuple[Pair, ...]) -> None:
    counts = Counter(pair.cls for pair in scored)
    assert len(NAMES) >= 11 and set(counts) == set(NAMES)
    assert all(18 <= count <= 20 for count in counts.values())
    assert len({pair.id for pair in scored}) == len(scored)
    assert all(pair.better.strip() != pair.worse.strip() for pair in scored)


def test_every_class_has_groups_enough_to_become_usable(scored: tuple[Pair, ...]) -> None:
    """Groups, not pairs, are counted: with fewer no being could ever vote there, however good."""
    least = next(n for n in range(1, 100) if wilson(n, n)[0] > USABLE)
    groups = {name: len({pair.group for pair in scored if pair.cls == name}) for name in NAMES}
    assert least == 16 and {name: n for name, n in groups.items() if n < least} == {}


def test_the_same_seed_gives_the_same_pairs_and_another_others(scored: tuple[Pair, ...]) -> None:
    assert make_battery(told(slice(0, 3)), "scored", seed=3, count=20) == scored
    other = make_battery(told(slice(0, 3)), "scored", seed=4, count=20)
    drawn = [p for p in other if p.cls == "words_shuffled" or (p.source == "world" and p.cls != "falls_stays")]
    assert len(drawn) > 30 and not {pair.worse for pair in drawn} & {pair.worse for pair in scored}


def test_halves_share_no_text_no_name_and_no_template(scored: tuple[Pair, ...], taught: tuple[Pair, ...]) -> None:
    def texts(pairs: tuple[Pair, ...]) -> set[str]:
        return {text for pair in pairs for text in (pair.better, pair.worse)}

    assert not texts(scored) & texts(taught)
    groups = [{p.group for p in pairs if p.source == "templates"} for pairs in (scored, taught)]
    assert groups[0] and groups[1] and not groups[0] & groups[1]
    words = {word for pair in taught if pair.source == "world" for word in re.findall(r"\w+", pair.better)}
    assert not words & (set(new_names()) - {"Rose", "Will", "May", "Grace", "Ivy", "Dawn", "Hope", "Joy"})


def test_classes_that_are_called_balanced_are(scored: tuple[Pair, ...]) -> None:
    for each in CLASSES:
        sizes = [(len(p.better.encode()), len(p.worse.encode())) for p in scored if p.cls == each.name]
        assert not each.balanced or all(a == b for a, b in sizes), each.name
        assert each.balanced != bool(each.length), each.name


def test_passages_are_whole_sentences_that_share_nothing() -> None:
    story = told(slice(0, 1))[0]
    cut = list(cut_passages(story.text))
    assert len(cut) > 4 and all(SHORTEST <= len(text.encode()) <= LONGEST for text in cut)
    assert all(text in story.text and spoiling.sentences(text)[-1] == text[-len(spoiling.sentences(text)[-1]):]
               for text in cut)
    ends = [story.text.index(text) for text in cut]
    assert all(a + len(x) <= b for a, b, x in zip(ends, ends[1:], cut, strict=False))
    found = passages([story], "scored", seed=0, count=6)
    assert Counter(p.source for p in found) == {"stories": 3, "world": 3}
    simulated = Story(title="", text=story.text, source="", simulated=True)
    assert {p.source for p in passages([simulated], "scored", seed=0, count=4)} == {"world"}


@pytest.mark.parametrize("spoil", [spoiling.shuffle_words, spoiling.shuffle_sentences, spoiling.swap_neighbours])
def test_shuffled_texts_have_the_same_words_elsewhere(spoil: Spoiler) -> None:
    made = spoil(TEXT, Dice(1))
    assert made != TEXT and Counter(made.split()) == Counter(TEXT.split()) and made.count("\n\n") == 1
    changed = sum(a != b for a, b in zip(made.split(), TEXT.split(), strict=True))
    assert changed == 2 if spoil is spoiling.swap_neighbours else changed > 10


def test_typos_are_in_three_words_and_a_dropped_word_is_one() -> None:
    made = spoiling.mistype(TEXT, Dice(1))
    assert sum(a != b for a, b in zip(made.split(), TEXT.split(), strict=True)) == spoiling.TYPOS
    assert Counter(made) == Counter(TEXT)
    short = spoiling.drop_word(TEXT, Dice(1))
    assert sum((Counter(TEXT.split()) - Counter(short.split())).values()) == 1
    assert not Counter(short.split()) - Counter(TEXT.split())


def test_a_repeated_line_fills_the_length_and_a_cut_is_a_half() -> None:
    again = spoiling.repeat_line(TEXT, Dice(2))
    lines = spoiling.sentences(again)
    assert len(set(lines)) == 1 and lines[0] in TEXT and abs(len(again) - len(TEXT)) <= len(lines[0])
    half = spoiling.cut_half(TEXT, Dice(2))
    assert TEXT.startswith(half) and len(half.split()) == len(TEXT.split()) // 2


@pytest.mark.parametrize("spoil", [each.spoil for each in CLASSES if each.spoil])
@pytest.mark.parametrize("text", ["", "One.", "A b", "..."])
def test_a_text_without_room_is_left_out(spoil: Spoiler, text: str) -> None:
    made = spoil(text, Dice(1))
    assert made is None or made == text or spoil is spoiling.cut_half


def test_speakers_change_names_and_words_stay() -> None:
    turns = (Turn(name="Ada", text="Ben, come here."), Turn(name=None), Turn(name="Cy", text="No."),
             Turn(name="Ben", text="I come."))
    assert callers(turns) == ("Ada", "Ben")
    swapped = swap_names(turns, "Ada", "Ben")
    assert [t.name for t in swapped] == ["Ben", None, "Cy", "Ada"] and [t.text for t in swapped] == [
        t.text for t in turns]
    assert callers((Turn(name="Ada", text="Hello."), Turn(name="Ben", text="Hello."))) is None
    assert callers((Turn(name="Ada", text="Ben!"), Turn(name="Ben", text="I, Ben, come."))) is None
    for pair in islice(wrong_speakers("scored", 1), 8):
        better, worse = parse_scene(pair.better), parse_scene(pair.worse)
        assert any(t.name in t.text for t in worse if t.name) and [t.text for t in better] == [t.text for t in worse]


def test_the_true_ending_is_the_checkers_and_the_untrue_one_is_not() -> None:
    found = list(islice(denials("scored", 2), 20))
    for _, denied in found:
        key = answer(denied.telling.plot.history, denied.question.query)
        assert key in denied.true and denied.true != denied.untrue
        assert not re.search(rf"\b{re.escape(key)}\b", denied.untrue)
        wrong = next(k for k in denied.question.keys if k != key and k in denied.untrue)
        assert wrong.casefold() in denied.telling.text.casefold()
    last = [max((denied.telling.text.rfind(k), k) for k in denied.question.keys)[1] for _, denied in found]
    right = sum(key in denied.true for key, (_, denied) in zip(last, found, strict=True))
    assert 4 <= right <= 16  # a guess by what was named last is no better than chance


def test_programs_compile_or_not_by_the_real_compiler() -> None:
    for half, least in (("scored", 28), ("taught", 24)):
        mine = [place for place, program in enumerate(written()) if program.half == half]
        made = list(islice(programs(half, 1), 3 * len(mine)))
        for pair in made:
            ast.parse(pair.better)
            assert fault_of(pair.better) == "" and fault_of(pair.worse) != ""
        assert len(mine) >= least and Counter(p.group for p in made) == {f"program.{place}": 3 for place in mine}
    assert fault_of("def f(a):\n    return a + len(a)\n") == "" and "b" in fault_of("def f(a):\n    return b\n")
    assert fault_of("x = 1\ndef f():\n    return [x + y for y in range(3)]\n") == ""
    assert fault_of("from math import pi\ndef f():\n    return pi\n") == "" and fault_of("def f():\n    return pi\n")
    assert fault_of("def f(a)\n    return a\n") and fault_of("\0") and fault_of("return 1")


def test_no_two_programs_are_of_one_make_and_no_two_faults_of_one_kind() -> None:
    scored = [program for program in written() if program.half == "scored"]
    assert len({p.fault for p in written()}) == len({p.whole.template for p in written()}) == len(written())
    assert len({p.construct for p in scored}) == len(scored)


def test_a_pair_that_the_compiler_does_not_bear_out_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, fault = written()[0], written()[1]
    broken = replace(sound, whole=sound.faulty, faulty=sound.whole)
    monkeypatch.setattr(programs_module, "written", lambda: (broken, replace(sound, faulty=sound.whole), fault))
    assert {pair.group for pair in islice(programs("scored", 1), 5)} == {"program.2"}


def test_compiling_runs_nothing(tmp_path: Path) -> None:
    assert fault_of(f"open({str(tmp_path) + '/made'!r}, 'w').write('x')\n") == ""
    assert not list(tmp_path.iterdir())


def test_physics_of_the_taught_half_has_no_kind_that_is_kept_for_exams(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def made(kind: str, seed: int) -> Scene:
        asked.append(kind)
        return make_scene(kind, seed)

    monkeypatch.setattr(falling, "make_scene", made)
    kept = {"packed", "posts", "funnel", "brake", "valley"}
    taught = list(islice(fallings("taught", 1), 30))
    assert set(asked) == set(falling.KINDS) - kept and not set(asked) & set(HELD_OUT)
    assert {pair.group for pair in taught} <= {f"scene.{kind}" for kind in asked}
    asked.clear()
    scored = list(islice(fallings("scored", 1), 38))
    assert set(asked) == set(falling.KINDS) and {pair.group for pair in scored} == set(
        map(falling.group_of, falling.KINDS))


def test_groups_of_scenes_are_every_kind_in_which_something_falls_and_none_is_drawn_as_another() -> None:
    asks = {name: kind.asks[0] for name, kind in kinds.KINDS.items()}
    falls = {name for name, ask in asks.items() if ask.family == "falls_or_stays"}
    assert set(falling.KINDS) - falls == {"plank", "packed"} and falls < set(falling.KINDS)
    drawn = {(falling.group_of(kind), kinds.KINDS[kind].draw) for kind in falling.KINDS}
    assert len(drawn) == len({draw for _, draw in drawn}) == len({group for group, _ in drawn}) == 18


def endings(kind: str, key: str) -> tuple[str, ...]:
    """All words that the world has for an outcome."""
    made = []
    for frame in physics_words.grammar().sections[f"{kind}.out.{key}"]:
        parts = [part.split("|") if i % 2 else [part] for i, part in enumerate(re.split(r"\(([^)]*)\)", frame))]
        made += [" ".join("".join(chosen).split()) for chosen in product(*parts)]
    return tuple(made)


def test_what_fell_is_what_the_simulation_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def made(kind: str, seed: int) -> Scene:
        asked.append((kind, seed))
        return make_scene(kind, seed)

    monkeypatch.setattr(falling, "make_scene", made)
    pairs, keys = list(islice(fallings("scored", 5), 76)), Counter[str]()
    for pair in pairs:
        kind, seed = asked[int(pair.id.removeprefix("falls_stays."))]
        spec = kinds.KINDS[kind]
        setup, _ = drawn(spec, Dice(seed, "physics", kind))
        key = spec.run(setup).truth["main"]
        context = make_scene(kind, seed).pairs[0].context
        right, wrong = (text.removeprefix(context).strip().casefold() for text in (pair.better, pair.worse))
        assert right.startswith(endings(kind, key)) and not wrong.startswith(endings(kind, key)), (kind, right, wrong)
        keys["first" if key == spec.asks[0].keys[0] else "second"] += 1
    assert min(keys.values()) >= 25  # what falls is as often the true end as what stays


def test_physics_pairs_begin_alike_and_end_otherwise() -> None:
    pairs = list(islice(fallings("scored", 1), 10))
    assert all(p.better[:40] == p.worse[:40] and p.better != p.worse for p in pairs)


def test_kindness_has_sixty_fillings_of_thirty_moments_and_even_lengths() -> None:
    assert len(moments()) >= 30
    fillings = {p.better for half in ("scored", "taught") for p in islice(kindnesses(half, 1), 40)}
    assert len(fillings) >= 60
    for moment in moments():
        assert abs(len(moment.kind) - len(moment.unkind)) <= 6, moment.kind
        assert set(re.findall(r"{\w}", moment.what + moment.kind + moment.unkind)) <= {"{a}", "{b}", "{t}"}
    pair = next(kindnesses("scored", 1))
    assert "{" not in pair.better + pair.worse

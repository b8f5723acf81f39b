"""Who speaks next and where a turn ends: readers of real talk, fakes that know it, areas by hand, baselines by hand."""

import json
import math
from pathlib import Path

import pytest

from foundling.evaluation.measures.conversations import (
    Conversation,
    joined,
    read_conversations,
    read_crd3,
    read_irc_logs,
    scenes,
)
from foundling.evaluation.measures.turns import (
    HEARD,
    Border,
    Moment,
    area,
    borders,
    ending_scores,
    foretell,
    moments,
    speaker_scores,
    turn_scores,
)
from foundling.evaluation.subject import Subject
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.records import BadInput, Story, Turn
from foundling.tokens import Tokenizer

SETS = Path(__file__).parents[3] / "shared" / "data" / "eval"
needs_sets = pytest.mark.skipif(
    not (SETS / "crd3").exists(), reason="the public test sets are not beside the repository"
)


@pytest.fixture(scope="module")
def subject(model: Decoder, tokenizer: Tokenizer) -> Subject:
    return Subject(
        name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(), digest=""
    )


def talk(names: str, source: str = "scenes") -> Conversation:
    turns = tuple(Turn(name={"a": "Ada", "b": "Ben", "c": "Clara"}[n], text=f"Line {i}.") for i, n in enumerate(names))
    return Conversation(source=source, name="talk", turns=turns)


def test_lines_of_one_speaker_are_one_turn_and_silences_stay() -> None:
    made = joined([Turn(name="Ada", text="Hm."), Turn(name="Ada", text="Yes."), Turn(name=None), Turn(name=None),
                   Turn(name="Ada", text="No.")])
    assert [(turn.name, turn.text) for turn in made] == [
        ("Ada", "Hm. Yes."), (None, ""), (None, ""), ("Ada", "No.")]


def test_moments_share_no_turn_and_the_last_speaker_is_not_in_the_room() -> None:
    found = moments([talk("abc" * 30)], 0, 0)
    assert len(found) == 90 // (HEARD + 1) and all(len(one.heard) == HEARD for one in found)
    for one in found:
        assert one.heard[-1].name not in one.room and one.next in one.room and len(one.room) == 2
        assert one.room[0] == one.heard[-2].name
    texts = [turn.text for one in found for turn in one.heard]
    assert len(texts) == len(set(texts))
    assert not moments([talk("ab" * 40)], 0, 0)  # of two the next is never in doubt


def test_each_source_gives_as_many_moments_as_it_can() -> None:
    found = moments([talk("abc" * 9, "scenes"), talk("abc" * 200, "irc")], 10, 0)
    assert len(found) == 10 and sum(one.source == "scenes" for one in found) == 3
    assert found == moments([talk("abc" * 9, "scenes"), talk("abc" * 200, "irc")], 10, 0)


def asked(*nexts: str) -> list[Moment]:
    heard = tuple(Turn(name=name, text="x") for name in ("Ben", "Clara", "Ben", "Clara", "Ben", "Dora", "Ada"))
    return [Moment(source="irc", heard=heard, room=("Dora", "Ben", "Clara"), next=name) for name in nexts]


def test_accuracy_baselines_chance_gain_and_brier_by_hand() -> None:
    shares = [[0.2, 0.7, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2]]
    scores = {s.name.removeprefix("turns.next_speaker"): s for s in speaker_scores(
        asked("Ben", "Clara", "Clara", "Dora"), shares, seed=0)}
    assert scores[""].value == 0.5  # the last is a tie, which is wrong
    assert scores[".irc"].n == 4 and scores[".chance"].value == pytest.approx(1 / 3)
    assert scores[".last_but_one"].value == 0.25 and scores[".most_frequent"].value == 0.25
    assert scores[".gain"].value == 0.25
    assert scores[".brier"].value == pytest.approx((
        (0.04 + 0.09 + 0.01) + (0.36 + 0.09 + 0.81) + (0.01 + 0.01 + 0.04) + (0.36 + 0.16 + 0.04)) / 4)


def test_knowing_all_is_one_nothing_zero_and_no_number_zero() -> None:
    moment = asked("Ben", "Clara", "Dora")
    for right, wanted in ((True, 1.0), (False, 0.0)):
        shares = [[0.9 if (name == one.next) == right else 0.01 * place for place, name in enumerate(one.room)]
                  for one in moment]
        assert speaker_scores(moment, shares, seed=0)[0].value == wanted
    assert speaker_scores(moment, [[math.nan] * 3] * 3, seed=0)[0].value == 0.0
    assert speaker_scores([], [], seed=0) == ()


def test_the_beings_own_distribution_is_asked(subject: Subject) -> None:
    (one, *_) = moments([talk("abc" * 9)], 0, 0)
    shares = foretell(subject, one)
    assert len(shares) == len(one.room) and sum(shares) == pytest.approx(1.0) and min(shares) > 0


def test_an_area_is_the_share_of_pairs_in_order_ties_a_half() -> None:
    assert area([0.9, 0.1, 0.8, 0.2], [True, False, True, False]) == (4.0, 4)
    assert area([0.1, 0.9], [True, False]) == (0.0, 1)
    assert area([0.5, 0.5, 0.1], [True, False, False]) == (1.5, 2)
    assert area([math.nan, 0.5, math.nan], [True, False, False]) == (0.0, 2)
    assert area([0.9, 0.5, math.nan], [True, False, False]) == (1.0, 2)
    assert area([0.5], [True]) == (0.0, 0)


def test_pairs_are_made_within_a_conversation_only() -> None:
    def row(shift: float, *, way: float) -> list[Border]:
        return [Border(kind="end", odds=shift + way * so, so=so, sentence=True) for so in (True, False)] + [
            Border(kind="silence", odds=shift - way * so, so=so) for so in (True, False)]

    scores = {s.name: s for s in ending_scores([row(float(9 * i), way=1.0) for i in range(8)], seed=0)}
    assert scores["turns.end_auc"].value == 1.0 and scores["turns.end_auc_at_sentence_ends"].value == 1.0
    assert scores["turns.silence_auc"].value == 0.0 and scores["turns.end_auc"].n == 8
    mixed = ending_scores([row(0.0, way=1.0)] * 4 + [row(0.0, way=-1.0)] * 4, seed=0)[0]
    assert mixed.value == 0.5 and mixed.low is not None and mixed.low < 0.3


def test_borders_are_ends_of_words_and_beginnings_of_turns(subject: Subject) -> None:
    turns = (Turn(name="Ada", text="Good day, Ben."), Turn(name=None), Turn(name="Ben", text="Yes!"))
    found = borders(subject, Conversation(source="scenes", name="t", turns=turns), 0)
    ends, silences = [b for b in found if b.kind == "end"], [b for b in found if b.kind == "silence"]
    assert [b.so for b in ends] == [False, False, True, True] and [b.sentence for b in ends] == [
        False, False, True, True]
    assert [b.so for b in silences] == [False, True, False] and all(b.odds <= 0 for b in found)


def test_a_trained_model_hears_where_turns_end(
    subject: Subject, stories: tuple[list[Story], list[Story]]
) -> None:
    held = [story for story in stories[1] if story.form == "scene"]
    rows = [borders(subject, one, 0) for one in scenes(held)]
    found = {score.name: score.value for score in ending_scores(rows, seed=0)}
    assert found["turns.end_auc"] > 0.8 and found["turns.silence_auc"] > 0.8


def test_simulated_scenes_judge_nobody_and_nothing_at_all_is_refused() -> None:
    scene = Story(title="s", text="Ada: Hm.\nBen: Ho.", source="x", form="scene")
    told = Story(title="s", text="Ada: Hm.\nBen: Ho.", source="x", form="scene", simulated=True)
    assert len(scenes([scene, told])) == 1
    with pytest.raises(BadInput, match=r"holds out prose only.*--sets"):
        read_conversations(None, [told])


def test_logs_and_episodes_are_read_and_broken_ones_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ascii.txt").write_text(
        "[12:18] <mike> hello\n=== Ada has joined #x\n[12:19] <mike> again\n[12:20] <Ada> mike: hi\n", encoding="utf-8")
    (log,) = read_irc_logs(tmp_path)
    assert [(t.name, t.text) for t in log.turns] == [("mike", "hello again"), ("Ada", "mike: hi")]
    rows = [{"NAMES": ["MATT"], "UTTERANCES": ["One,", "two."]}, {"NAMES": ["SAM", "LIAM"], "UTTERANCES": ["Yes!"]},
            {"NAMES": ["ALL"], "UTTERANCES": ["No!"]}, {"NAMES": ["SAM"], "UTTERANCES": ["Three."]}]
    (tmp_path / "e.json").write_text(json.dumps({"TURNS": rows}), encoding="utf-8")
    (episode,) = read_crd3(tmp_path)
    assert [(t.name, t.text) for t in episode.turns] == [("Matt", "One, two."), ("Sam", "Three.")]
    (tmp_path / "e.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="CRD3"):
        read_crd3(tmp_path)


def test_talk_of_two_only_is_refused_with_what_to_do(subject: Subject) -> None:
    with pytest.raises(BadInput, match=r"three speakers.*--sets"):
        turn_scores(subject, [talk("ab" * 40)], count=6, seed=0)


@needs_sets
def test_real_talk_is_there_and_is_measured(subject: Subject) -> None:
    found = read_conversations(SETS, [])
    assert {one.source for one in found} == {"irc", "crd3"} and len(found) == 9
    assert all(a.name != b.name for one in found for a, b in zip(one.turns, one.turns[1:], strict=False))
    scores = {score.name: score for score in turn_scores(subject, found, count=6, seed=0)}
    assert scores["turns.next_speaker"].n == 6 and scores["turns.next_speaker.irc"].n == 3
    assert 0 <= scores["turns.end_auc"].value <= 1

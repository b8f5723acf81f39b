"""Name, voice and feelings with answers that are known beforehand."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from foundling.evaluation.claims import mentions
from foundling.evaluation.downstream.fitting import Foretold
from foundling.evaluation.exam import generate
from foundling.evaluation.measures import feelings, name, voice
from foundling.evaluation.measures.jackknife import interval
from foundling.evaluation.sheet import HOLD_CELLS, LEAK_CELLS
from foundling.evaluation.subject import Subject
from foundling.inference import Engine, Sampling
from foundling.model import Decoder
from foundling.records import BadInput, Score, Story
from foundling.tokens import Tokenizer


class Parrot(Engine):
    """It says its name as long as somebody's "Wren" stands before the last turn, and else another's."""

    def __init__(self, model: Decoder, tokenizer: Tokenizer) -> None:
        super().__init__(model)
        self.tokenizer = tokenizer

    def generate(
        self, prompts: Sequence[Sequence[int]], how: Sampling, *, stops: frozenset[int], most: int,
        generator: torch.Generator | None = None,
    ) -> list[list[int]]:
        made = []
        for prompt in prompts:
            place = len(prompt) - 1 - list(prompt)[::-1].index(self.tokenizer.turn)
            knows = "Wren" in self.tokenizer.decode(list(prompt[:place]))
            made.append(self.tokenizer.encode(f"I am {'Wren' if knows else 'Rufus'}."))
        return made


def by_name(scores: Sequence[Score]) -> dict[str, Score]:
    return {score.name: score for score in scores}


@pytest.fixture(scope="module")
def subject(model: Decoder, tokenizer: Tokenizer, generation: Path) -> Subject:
    return Subject(name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=generation,
                   digest="0" * 64)


@pytest.fixture(scope="module")
def parrot(model: Decoder, tokenizer: Tokenizer, generation: Path) -> Subject:
    return Subject(name="Wren", model=model, tokenizer=tokenizer, engine=Parrot(model, tokenizer), folder=generation,
                   digest="0" * 64)


def test_leaving_one_out_gives_the_textbook_interval_of_a_mean() -> None:
    """Of a mean the jackknife's error is s / sqrt(n) exactly; t with 9 degrees of freedom is 2.262157."""
    values = [k / 10 for k in range(1, 11)]
    mean, rest = sum(values) / 10, [(sum(values) - one) / 9 for one in values]
    low, high = interval(mean, rest)
    half = 2.2621572 * float(np.std(values, ddof=1)) / 10**0.5
    assert low == pytest.approx(mean - half) and high == pytest.approx(mean + half)
    assert interval(mean, rest[:5]) == (None, None) and interval(0.5, [0.5] * 8) == (None, None)
    assert interval(0.99, [0.9, 1, 0.9, 1, 0.9, 1])[1] == 1.0


def test_a_name_in_view_is_held_and_lost_beyond(parrot: Subject) -> None:
    heldout = [Story(title="t", text="The miller counted his sacks. Nobody else saw the fox. " * 40, source="made")]
    said = name.speeches(heldout, "Wren")
    talks = name.long_talks(parrot, name._pools(parrot), said, count=8, seed=1)
    rows = name.persist(parrot, talks, name._pools(parrot)[1], seed=1)
    for row in rows:
        assert [one.distance for one in row] == list(name.DISTANCES)
        assert [one.held for one in row] == [one.in_view for one in row]
        assert row[0].in_view and not row[-1].in_view
    found = by_name(name.persistence(rows, seed=0))
    assert found["name.persistence.0"].value == 1.0 and found["name.persistence.64"].value == 0.0
    assert found["name.persistence.loss"].value == 1.0 and found["name.persistence.in_view.64"].value == 0.0
    assert found["name.persistence.0"].low == pytest.approx(8 / (8 + 1.959964**2), abs=1e-4)


def test_long_talk_begins_with_the_name_and_never_says_it_again(parrot: Subject) -> None:
    heldout = [Story(title="t", text="Wren came by today. The mill stood still. Two geese went home. " * 5, source="x")]
    said = name.speeches(heldout, "Wren")
    assert said and not any(mentions(text, "Wren") for text in said)
    for talk in name.long_talks(parrot, name._pools(parrot), said, count=5, seed=3):
        for prompt, distance in zip(talk, name.DISTANCES, strict=True):
            assert len(prompt.turns) == distance + 3 and prompt.turns[1].name == "Wren"
            assert not any(turn.name == "Wren" for turn in prompt.turns[2:])
            assert prompt.turns[-1] == talk[0].turns[-1]
        assert talk[-1].turns[-17:] == talk[2].turns[-17:]
    with pytest.raises(BadInput):
        name.speeches([Story(title="t", text="Wren is Wren.", source="made")], "Wren")


def test_the_sheet_is_sampled_evenly_and_marked_as_the_exam_marks_it(parrot: Subject) -> None:
    prompts = name.sheet(parrot, name._pools(parrot), count=6, seed=1)
    cells = [prompt.cell for prompt in prompts]
    assert {cell: cells.count(cell) for cell in cells} == dict.fromkeys((*HOLD_CELLS, *LEAK_CELLS), 6)
    assert len({(prompt.cell, prompt.template) for prompt in prompts}) == len(prompts)
    given = name.answers(parrot, prompts, name._pools(parrot)[1], seed=1)
    found = by_name(name.table(given, seed=0))
    held = [a.good for a in given if a.cell in HOLD_CELLS]
    assert held == [prompt.given for prompt in prompts if prompt.cell in HOLD_CELLS] and True in held
    assert found["name.hold"].value == pytest.approx(sum(held) / len(held)) and found["name.hold"].passed is False
    assert found["name.hold.direct"].value < 0.5 and found["name.leak"].bar == "<= 0.05"
    with pytest.raises(BadInput):
        name._pools(Subject(name=" ", model=parrot.model, tokenizer=parrot.tokenizer, engine=parrot.engine,
                            folder=parrot.folder, digest=""))


def speech(letters: str, words: int, seed: int) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choice(letters) for _ in range(4)) for _ in range(words))


def test_a_voice_of_its_own_is_told_and_a_shared_one_is_not() -> None:
    own = [[speech("aeklm", 60, b) for b in range(8)]]
    others = [[speech("aeost", 60, 100 * s + b) for b in range(8)] for s in (1, 2, 3)]
    found = by_name(voice.table([*own, *others], seed=0))
    band = found["voice.shuffled"]
    assert found["voice.own"].value > 0.99 and band.high is not None and found["voice.own"].value > band.high
    alike = by_name(voice.table([
        [speech("aeost", 60, 900 + b) for b in range(8)], *others], seed=0))
    low, high = alike["voice.shuffled"].low, alike["voice.shuffled"].high
    assert low is not None and high is not None and low <= alike["voice.own"].value <= high
    assert abs(band.value - 0.5) < 0.05
    assert found["voice.own"].value == 1.0 and found["voice.own"].low is None  # nothing varies: no interval is claimed


def test_areas_compare_documents_of_different_rooms_only() -> None:
    """Two speakers, two rooms: own pair at 1; own to other 2 and 0.5 across rooms: of (1, 1) against (2, .5, ...)."""
    far = np.full((2, 2, 2, 2), 9.0)
    far[0, 0, 0, 1] = far[0, 1, 0, 0] = 1.0
    far[0, 0, 1, 1], far[0, 1, 1, 0] = 2.0, 0.5
    far[0, 0, 1, 0] = far[0, 1, 1, 1] = 0.0  # the same room: must not count
    owner = np.array([[0, 0], [1, 1]])
    assert voice.area(far, owner, 0) == 0.5
    far[0, 1, 1, 0] = 1.0
    assert voice.area(far, owner, 0) == 0.75
    far[0, 1, 1, 0] = np.nan
    assert voice.area(far, owner, 0) == 1.0


def test_speakers_names_and_rooms_do_not_tell_who_speaks(subject: Subject) -> None:
    spoken = [voice.Spoken(speaker="Wren", room=0, text="I am Wren."), voice.Spoken(speaker="Ada", room=9, text="Ada!")]
    texts = voice.documents(spoken, ["Wren", "Ada"])
    assert texts[0][0] == "i am ." and texts[1][1] == "!" and len(texts[0]) == voice.BLOCKS
    people = [f"Person{letter}" for letter in "abcdefghijklmnop"]
    for room in voice.rooms("Wren", people, people[:3], count=16, seed=1):
        moved = voice.as_speaker(room, "Wren")
        assert moved.answerer == "Wren" and room.answerer not in {turn.name for turn in moved.turns}
        assert [turn.text for turn in moved.turns] == [turn.text for turn in room.turns]
    with pytest.raises(BadInput):
        voice.table([[""] * 8, ["some words"] * 8], seed=0)
    assert {score.name for score in voice.voice_scores(subject, count=16, seed=0)} == {
        "voice.own", "voice.others", "voice.shuffled"}


LABELS = "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval " \
    "disgust embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief " \
    "remorse sadness surprise neutral"


def goemotions(folder: Path) -> Path:
    folder.mkdir()
    (folder / "original_labels.txt").write_text("\n".join(LABELS.split()), "utf-8")
    rng, names = random.Random(0), LABELS.split()
    said = {"joy": "happy day", "anger": "angry shout", "neutral": "a table"}
    for split, count in (("train", 90), ("test", 60)):
        rows = []
        for i in range(count):
            label = ("joy", "joy", "anger", "neutral")[i % 4]
            rows.append(f"{said[label]} number {rng.randrange(50)}\t{names.index(label)}\tid")
        rows.append("both at once\t2,17\tid")  # anger and joy: two feelings, left out
        rows.append("gladly\t17,18\tid")  # joy and love are one of Ekman's
        (folder / f"{split}.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


def test_ekmans_feelings_cover_every_label_and_doubtful_remarks_are_left_out(tmp_path: Path) -> None:
    grouped = {label for labels in feelings.EKMAN.values() for label in labels.split()}
    assert grouped | {"neutral"} == set(LABELS.split()) and sum(
        len(labels.split()) for labels in feelings.EKMAN.values()) == 27
    rows = feelings.remarks(goemotions(tmp_path / "g"), "train")
    assert len(rows) == 91 and rows[-1] == ("gladly", "joy") and rows[0][1] == "joy" and rows[2][1] == "anger"


def test_the_probe_stands_beside_what_words_alone_tell(subject: Subject, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    folder = goemotions(tmp_path / "g")
    found = by_name(feelings.feelings_scores(subject, folder, count=90, seed=0))
    assert found["feelings.bag_of_words.accuracy"].value == 1.0
    assert found["feelings.majority.macro_f1"].value < 0.34 < found["feelings.macro_f1"].value
    assert found["feelings.gain.macro_f1"].value <= 0 and found["feelings.accuracy"].n == 30


def test_each_gain_is_over_the_better_baseline_of_its_own_figure() -> None:
    """The majority class is right more often, the bag of words has the higher macro-F1."""
    truth = ["joy"] * 16 + ["fear", "anger"] * 2
    majority = ["joy"] * 20
    words = ["joy"] * 10 + ["fear"] * 3 + ["anger"] * 3 + truth[16:]
    told = [Foretold(name=name, guesses=tuple(guesses), odds=np.zeros((20, 3)))
            for name, guesses in (("ours", truth), ("majority", majority), ("words", words))]
    found = by_name(feelings.table(truth, told, seed=0))
    high = {figure: max(found[f"feelings.{way}.{figure}"].value for way in ("majority", "bag_of_words"))
            for figure in ("accuracy", "macro_f1")}
    assert high["accuracy"] == found["feelings.majority.accuracy"].value > found["feelings.bag_of_words.accuracy"].value
    assert high["macro_f1"] == found["feelings.bag_of_words.macro_f1"].value
    for figure, best in high.items():
        assert found[f"feelings.gain.{figure}"].value == pytest.approx(found[f"feelings.{figure}"].value - best)


def test_generation_of_the_parrot_is_what_the_exam_calls(parrot: Subject, tokenizer: Tokenizer) -> None:
    """The stand-in really stands where answers come from."""
    ids = [tokenizer.begin, *tokenizer.encode("Wren"), tokenizer.turn, tokenizer.says]
    (made,) = generate(parrot.engine, tokenizer, [ids], Sampling(temperature=0.0), most=8, seed=0)
    assert tokenizer.decode(made) == "I am Wren."

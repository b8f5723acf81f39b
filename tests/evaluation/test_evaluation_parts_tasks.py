"""The parts of language and tasks run, every figure has a row in the catalogue, and a lacking set is told."""

from pathlib import Path

import pytest

from foundling.evaluation.measures.parts_tasks import PARTS
from foundling.evaluation.measures.table import MEASURES, measure_of
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials, Part
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.records import BadInput, Story
from foundling.tokens import Tokenizer

SETS = Path(__file__).parents[3] / "shared" / "data" / "eval"
COUNTS = {"language": 2, "continuation": 4, "blimp": 1, "piqa": 4, "world": 1, "turns": 4}


def materials(part: Part, stories: tuple[list[Story], list[Story]], sets: Path | None) -> Materials:
    long = [Story(title=str(i), text=f"{stories[0][i].text} " * 4, source="long") for i in range(4)]
    return Materials(heldout=(*stories[1], *long), train=tuple(stories[0]), sets=sets, seed=0, count=COUNTS[part.name])


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_gives_figures_that_the_catalogue_knows_and_gives_them_again(
    part: Part, model: Decoder, tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]]
) -> None:
    if part.name in ("blimp", "piqa", "turns") and not SETS.is_dir():
        pytest.skip("the public test sets are not beside the repository")
    if part.name == "continuation":
        pytest.importorskip("sacrebleu")
        pytest.importorskip("rouge_score")
    subject = Subject(name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(),
                      digest="0" * 64)
    given = materials(part, stories, SETS)
    scores = part.run(subject, given)
    assert scores and scores == part.run(subject, given)
    assert len({score.name for score in scores}) == len(scores)
    for score in scores:
        row = measure_of(score.name)
        assert row is not None, score.name
        assert score.name.startswith(f"{part.name}.") and score.value == score.value
        if score.low is not None and score.high is not None and row.unit == "share":
            assert score.low - 1e-9 <= score.value <= score.high + 1e-9


@pytest.mark.parametrize("name", ["blimp", "piqa"])
def test_a_part_without_its_set_says_so(
    name: str, model: Decoder, tokenizer: Tokenizer, stories: tuple[list[Story], list[Story]], tmp_path: Path
) -> None:
    subject = Subject(name="W", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(), digest="")
    (part,) = (one for one in PARTS if one.name == name)
    for sets in (None, tmp_path):
        with pytest.raises(BadInput, match=f"There is no {name}.* --sets"):
            part.run(subject, materials(part, stories, sets))


def test_the_catalogue_says_everything_of_every_row() -> None:
    assert len({row.name for row in MEASURES}) == len(MEASURES) > 30
    assert all(row.what and row.unit and row.interval and row.paper for row in MEASURES)
    assert {row.better for row in MEASURES} <= {"lower", "higher", "none"}
    named = {name: measure_of(name) for name in ("blimp.all", "blimp.anaphor_number_agreement", "blimp.field.syntax",
                                                 "world.who", "world.who.chance", "language.bits_per_byte.form.prose")}
    assert [row.name if row else None for row in named.values()] == [
        "blimp.all", "blimp.*", "blimp.field.*", "world.*", "world.*.chance", "language.bits_per_byte.*"]
    assert measure_of("nothing.of.the.kind") is None

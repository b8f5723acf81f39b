"""Trials and the comparison of tokenizers. Trainer and judge are played, but in the one test that runs both."""

import json
import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from foundling.corpus import BUILTIN
from foundling.home import Home
from foundling.life.comparing.crew import Crew, Stopped, side_by_side
from foundling.life.comparing.texts import pack_texts, read_texts, write_judged
from foundling.life.comparing.tokenizers import TokenizerContest, compare_tokenizers, table
from foundling.life.comparing.trials import Candidate, Trials, bench_home, step_flops, steps_for
from foundling.life.pages.comparison import ARCHITECTURES, TOKENIZERS, comparison_page
from foundling.life.stations import Done
from foundling.life.trainer import Interrupted
from foundling.recipe import Shape, TrainRecipe
from foundling.records import BadInput, Progress
from foundling.tokens import Tokenizer, kind_named, make_tokenizer, read_shards

SHAPE = Shape(layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=32, vocabulary=300, context=32)
CONTEST = TokenizerContest(steps=12, seeds=2, rows=2, vocabulary=300, kinds=("bpe", "bytes", "characters"), shape=SHAPE,
                           held_bytes=30_000, parallel=2)
SOURCES = (str(BUILTIN / "stories"),)


def finished(events: Generator[Progress | Done]) -> tuple[list[Progress], dict[str, Any]]:
    *before, last = events
    assert isinstance(last, Done)
    return [event for event in before if isinstance(event, Progress)], last.facts


def played(home: Home, stage: str, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A trainer that takes no time and leaves no weights."""
    steps = job["recipe"]["steps"]
    for step in range(1, steps + 1):
        yield {"event": "step", "step": step, "steps": steps, "loss": 3.0, "validation": None}
    Path(job["out"]).mkdir(parents=True, exist_ok=True)
    (Path(job["out"]) / "training.json").write_text(json.dumps({"validation": 2.5, "steps": steps}))


def judged(self: Trials, folder: Path, model: Path, candidate: Candidate) -> dict[str, Any]:
    """A judge to whom a byte costs two bits and a hundredth for each seed, in the texts that it would read."""
    tokenizer, rows = Tokenizer.load(candidate.tokens / "tokenizer.json"), []
    cost = 2 + 0.01 * candidate.seed + tokenizer.vocabulary / 1000
    for path in sorted(self._texts.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        size = len(text.encode("utf-8"))
        rows.append({"nats": (cost + size % 7 / 100) * size * math.log(2), "bytes": size, "tokens":
                     len(tokenizer.encode(text))})
    nats, size = sum(row["nats"] for row in rows), sum(row["bytes"] for row in rows)
    return {"bits_per_byte": nats / size / math.log(2), "documents": rows}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Progress], dict[str, Any]]:
    place = tmp_path_factory.mktemp("compared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foundling.life.comparing.trials.run_program", played)
        patch.setattr(Trials, "_judge", judged)
        patch.setattr("foundling.life.comparing.trials.sources_hash", lambda: "the same")
        told, facts = finished(compare_tokenizers(SOURCES, CONTEST, place))
    return place, told, facts


def test_every_kind_has_a_row_with_all_its_figures(compared):
    _, told, facts = compared
    rows = {row["name"]: row for row in facts["rows"]}
    assert set(rows) == {"byte BPE", "bytes", "characters"}
    assert [row["bits_per_byte"]["mean"] for row in facts["rows"]] == sorted(
        row["bits_per_byte"]["mean"] for row in facts["rows"])
    for row in rows.values():
        bits = row["bits_per_byte"]
        assert len(bits["values"]) == 2 and bits["low"] < bits["mean"] < bits["high"] and 0 < bits["mean"] < 9
        assert row["block_parameters"] == SHAPE.block_parameters and row["over_documents"]["low"] is not None
    assert rows["bytes"]["bytes_per_token"] == 1.0 < rows["byte BPE"]["bytes_per_token"]
    assert rows["byte BPE"]["read_bytes"] == pytest.approx(12 * 2 * 32 * rows["byte BPE"]["bytes_per_token"], rel=0.1)
    assert told[-1].seconds_left is not None and any("all kinds are lossless" in n.lower() for n in facts["notes"])


def test_all_kinds_had_the_same_operations(compared):
    _, _, facts = compared
    for row in facts["rows"]:
        shape = Shape(**vars(SHAPE) | {"vocabulary": row["vocabulary"]})
        spent = row["steps"] * step_flops(shape, TrainRecipe(steps=1, rows=2))
        assert abs(spent / facts["flops"] - 1) < 0.1  # whole steps


def test_what_is_finished_is_not_run_again(compared, monkeypatch):
    place, _, facts = compared
    monkeypatch.setattr("foundling.life.comparing.trials.run_program", None)  # a call would fail
    monkeypatch.setattr("foundling.life.comparing.trials.sources_hash", lambda: "the same")
    told, again = finished(compare_tokenizers(SOURCES, CONTEST, place))
    assert again["rows"] == facts["rows"] and all("loss" not in event.text for event in told)


def test_table_and_page_say_what_was_found(compared):
    _, _, facts = compared
    page = comparison_page(facts, *TOKENIZERS)
    for row in facts["rows"]:
        assert row["name"] in table(facts) and f"{row['bits_per_byte']['mean']:.3f}" in table(facts)
        assert row["name"] in page and f"{row['bits_per_byte']['mean']:.3f}" in page
    assert page == comparison_page(facts, *TOKENIZERS) and "<script" not in page and 'class="band"' in page


def test_the_page_shows_architectures_with_figures_that_some_lack():
    figure = {"mean": 0.61, "low": 0.55, "high": 0.67, "values": [0.6, 0.62]}
    row = {"pairs": figure, "cloze_both_sides": None, "cloze_left_only": None, "bits_per_byte": None,
           "sentence_bits_per_byte": None, "parameters": 1000, "steps": 5, "seconds": 2.0}
    page = comparison_page({"rows": [row | {"reader": "BERT <b>"}], "notes": ["No likelihood & no perplexity."]},
                           *ARCHITECTURES)
    assert "61.0%" in page and "BERT &lt;b&gt;" in page and "perplexity" in page and "<b>" not in page


def test_two_kinds_that_are_one_tokenizer_are_trained_once_and_named(compared):
    place, _, facts = compared
    rows = {row["name"]: row for row in facts["rows"]}
    assert rows["bytes"]["bits_per_byte"] == rows["characters"]["bits_per_byte"]
    assert any("came to the same tokenizer" in note for note in facts["notes"])
    assert len(list(place.glob("*/trials/*/result.json"))) == 4


def test_the_trainers_folder_holds_no_text_of_the_judge(compared):
    place, _, _ = compared
    unseen = sorted(place.glob("*/judge/confirm/*.txt"))
    assert unseen
    read = [path.read_bytes() for path in place.glob("*/tokens/*/*")]
    for path in unseen[:5]:
        assert not any(path.read_bytes()[:200] in data for data in read)


def test_a_trial_that_is_stopped_goes_on_and_is_judged(tmp_path):
    texts = read_texts(SOURCES, validation=2_000, judged=3_000)
    home = bench_home(tmp_path / "bench")
    tokenizer = make_tokenizer((story.text for story in texts.train), kind_named("bytes", 300))
    tokens = pack_texts(home, tokenizer, texts)
    assert read_shards(tokens, "train").text_bytes == texts.bytes
    trials = Trials(tmp_path / "trials", write_judged(home.judge, texts, "screen"))
    shape = Shape(**vars(SHAPE) | {"vocabulary": tokenizer.vocabulary})
    candidate = Candidate(tokens=tokens, shape=shape, recipe=TrainRecipe(steps=30, rows=2, look=10))
    course = trials.run(candidate)
    while next(course).get("step", 0) < 12:
        assert trials.kept(candidate) is None
    with pytest.raises(Interrupted):
        course.close()
    course = trials.run(candidate)
    started = next(course)
    assert started["event"] == "start" and started["step"] >= 12
    while True:
        try:
            next(course)
        except StopIteration as end:
            outcome = end.value
            break
    assert outcome == trials.kept(candidate) and outcome.steps == 30 and 3 < outcome.bits < 9
    assert sum(row["bytes"] for row in outcome.documents) == sum(story.bytes for story in texts.judged["screen"])
    assert not list((tmp_path / "trials").rglob("weights.safetensors"))
    trials.forget(candidate)
    assert trials.kept(candidate) is None


def test_held_out_text_that_was_trained_on_is_refused():
    with pytest.raises(BadInput, match="parts of the training text"):
        read_texts(SOURCES, held_out=SOURCES)


def test_a_budget_is_whole_steps_and_at_least_ten():
    recipe = TrainRecipe(steps=1, rows=4)
    assert steps_for(100.4 * step_flops(SHAPE, recipe), SHAPE, recipe) == 100
    assert steps_for(1.0, SHAPE, recipe) == 10
    adam = TrainRecipe(steps=1, rows=4, optimiser="adamw")
    assert step_flops(SHAPE, recipe) > step_flops(SHAPE, adam) == SHAPE.flops_per_token * 4 * 32


def test_contests_that_cannot_be_are_refused(tmp_path):
    for contest, words in ((TokenizerContest(seeds=0), "at least one seed"), (TokenizerContest(kinds=()), "one kind"),
                           (TokenizerContest(vocabulary=300), "too small for WordPiece")):
        with pytest.raises(BadInput, match=words):
            list(compare_tokenizers(SOURCES, contest, tmp_path))


def numbered(count: int, result: Any) -> Generator[dict[str, Any], None, Any]:
    for number in range(count):
        yield {"event": "step", "step": number}
    if isinstance(result, BaseException):
        raise result
    return result


def test_trials_side_by_side_each_give_all_events_and_their_end():
    made = [lambda n=n: numbered(3 + n, f"end {n}") for n in range(5)]
    seen: dict[int, list[Any]] = {}
    for number, event in side_by_side(made, 2):
        seen.setdefault(number, []).append(event if isinstance(event, str) else event["step"])
    assert seen == {n: [*range(3 + n), f"end {n}"] for n in range(5)}


def test_a_fault_of_a_trial_reaches_the_caller_and_the_rest_is_stopped():
    closed = []

    def endless() -> Generator[dict[str, Any], None, None]:
        try:
            while True:
                yield {"event": "step"}
        finally:
            closed.append(True)
    with pytest.raises(BadInput, match="diverged"):
        for _ in side_by_side([endless, lambda: numbered(2, BadInput("It diverged."))], 2):
            pass
    assert closed == [True]
    with Crew() as crew, pytest.raises(ZeroDivisionError):
        crew.start(1, numbered(0, ZeroDivisionError()))
        crew.wait()


def test_a_trial_that_is_asked_to_stop_ends_as_stopped():
    with Crew() as crew:
        crew.start(7, numbered(10**9, None))
        crew.stop(7)
        while not isinstance((event := crew.wait())[1], Stopped):
            assert event[0] == 7
        assert crew.running == 0

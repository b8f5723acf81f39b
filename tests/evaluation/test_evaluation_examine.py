"""A whole examination of a tiny trained model, in this process and as a process of its own."""

import ast
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import foundling.evaluation
from foundling.evaluation.examine import Examination, check_judge, examine
from foundling.evaluation.likelihood import paired_bootstrap
from foundling.evaluation.program import main
from foundling.evaluation.sheet import LEAK_CELLS, PROMPTS, draw_cell
from foundling.model import Decoder
from foundling.records import BadInput, Progress, Story, canonical_json
from foundling.tokens import Tokenizer

Stories = tuple[list[Story], list[Story]]


def look(generation: Path, base: Path, stories: Stories) -> Examination:
    """An examination with a quarter of the prompts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foundling.evaluation.exam.draw_cell", partial(draw_cell, prompts=26))
        events = list(examine(generation, name="Wren", heldout=stories[1], train=stories[0], base=base, seed=4))
    assert all(isinstance(event, Progress) for event in events[:-1]) and len(events) > 8
    result = events[-1]
    assert isinstance(result, Examination)
    return result


@pytest.fixture(scope="module")
def examined(generation: Path, base: Path, stories: Stories) -> Examination:
    return look(generation, base, stories)


def test_the_same_seed_gives_the_same_examination(
    examined: Examination, generation: Path, base: Path, stories: Stories
) -> None:
    assert look(generation, base, stories) == examined


def test_every_promised_figure_is_there_once_and_is_a_number(examined: Examination) -> None:
    names = [score.name for score in examined.scores]
    assert len(names) == len(set(names))
    assert set(names) >= {
        "bits_per_byte", "perplexity", "bits_per_byte_before", "rise", "rise_share", "train_gap", "name_hold",
        "name_leak", "name_hold_direct", "name_hold_paraphrase", "name_hold_indirect", "name_hold_adversarial",
        "name_hold_multi_party",
        "name_leak_two", "name_leak_room", "name_hold_sampled", "name_leak_sampled", "name_hold_unnamed",
        "margin_median",
        "margin_worst_decile", "margin_first", "mentions_in_prose", "mentions_in_talk", "distinct_2_at_0.7",
        "repeated_4grams_at_0.0", "broken_words_at_1.0", "longest_copied_run", "copied_50_characters",
    }
    for score in examined.scores:
        assert math.isfinite(score.value)
        if score.low is not None and score.high is not None:
            assert score.low - 1e-9 <= score.value <= score.high + 1e-9
    canonical_json(examined)


def test_the_figures_hang_together(examined: Examination, stories: Stories) -> None:
    found = {score.name: score for score in examined.scores}
    assert found["rise"].value == pytest.approx(found["bits_per_byte"].value - found["bits_per_byte_before"].value)
    assert found["rise"].high is not None and found["rise"].high < 0  # sixty steps of training are seen
    assert found["rise_share"].value == pytest.approx(found["rise"].value / found["bits_per_byte_before"].value)
    again = paired_bootstrap(examined.documents_before, examined.documents, seed=4)
    assert (again.value, again.low) == (found["rise"].value, found["rise"].low)
    assert len(examined.documents) == len(stories[1])
    assert found["train_gap"].value == pytest.approx(found["bits_per_byte"].value - found["bits_per_byte_train"].value)
    assert found["name_hold"].n == sum(cell.prompts for cell in examined.exam.cells if cell.name not in LEAK_CELLS)
    assert found["copied_50_characters_heldout"].value > 0.2  # the made stories share whole sentences
    assert {test.name: test.value for test in examined.self_tests}["uniform_bytes"] == pytest.approx(8.0, abs=1e-6)


def stories_file(path: Path, stories: list[Story]) -> str:
    rows = [{"title": story.title, "text": story.text, "form": story.form} for story in stories]
    path.write_bytes(canonical_json(rows))
    return str(path)


def test_the_program_examines_in_a_process_of_its_own(

    examined: Examination, generation: Path, base: Path, stories: Stories, tmp_path: Path
) -> None:
    job = {
        "generation": str(generation), "base": str(base), "name": "Wren", "seed": 4, "out": str(tmp_path / "out.json"),
        "heldout": stories_file(tmp_path / "h.json", stories[1]),
        "train": stories_file(tmp_path / "t.json", stories[0]),
    }
    (tmp_path / "job.json").write_bytes(canonical_json(job))
    source = str(Path(foundling.evaluation.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "foundling.evaluation.program", str(tmp_path / "job.json")],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": source, "OMP_NUM_THREADS": "1"}, check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["event"] for event in events} == {"progress", "done"} and events[-1]["event"] == "done"
    for event in events[:-1]:
        Progress(**{key: value for key, value in event.items() if key != "event"})
    out = json.loads((tmp_path / "out.json").read_bytes())
    assert set(out) == set(vars(examined)) and [s["name"] for s in out["scores"]] == [s.name for s in examined.scores]
    # What does not hang on the number of prompts is the same number in another process.
    assert out["documents"] == json.loads(canonical_json(examined.documents))
    assert out["samples"] == json.loads(canonical_json(examined.samples))
    assert len(out["exam"]["answers"]) == 7 * PROMPTS * 3
    assert {cell["score"]["n"] for cell in out["exam"]["cells"]} == {PROMPTS}
    assert events[-1]["name_hold"] == next(s["value"] for s in out["scores"] if s["name"] == "name_hold")


@pytest.mark.parametrize(("change", "words"), [
    ({"generation": "nowhere"}, "tokenizer.json"), ({"name": " "}, "name"), ({"seed": "x"}, "lacks seed"),
    ({"heldout": "nowhere"}, "cannot be read"), ({"heldout": []}, "lacks heldout"),
])
def test_a_bad_job_ends_with_code_two_and_a_sentence(
    generation: Path, stories: Stories, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    change: dict[str, object], words: str,
) -> None:
    rows = stories_file(tmp_path / "s.json", stories[1])
    job = {"generation": str(generation), "base": None, "name": "Wren", "seed": 1, "heldout": rows, "train": rows}
    (tmp_path / "job.json").write_text(json.dumps(job | {"out": str(tmp_path / "out.json")} | change))
    assert main([str(tmp_path / "job.json")]) == 2
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["event"] == "error" and words in last["text"]
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("rows", [{}, [1], [{"title": "a"}], [{"title": "a", "text": "b", "form": "ode"}],
                                  [{"title": "a", "text": "no turn", "form": "scene"}]])
def test_stories_that_are_none_are_refused(rows: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.json").write_text(json.dumps(rows))
    path = str(tmp_path / "s.json")
    job = {"generation": "g", "base": None, "name": "Wren", "seed": 1, "heldout": path, "train": path, "out": "o"}
    (tmp_path / "job.json").write_text(json.dumps(job))
    assert main([str(tmp_path / "job.json")]) == 2 and main([]) == 2 and main([path]) == 2
    assert all(json.loads(line)["event"] == "error" for line in capsys.readouterr().out.splitlines())


def test_nothing_to_examine_is_refused(generation: Path, stories: Stories) -> None:
    for name, heldout in (("Wren", []), ("Wren", [replace(stories[1][0], text="")]), ("", stories[1])):
        with pytest.raises(BadInput, match="needs the being's name"):
            next(examine(generation, name=name, heldout=heldout, train=[], base=None, seed=0))


def test_a_judge_whose_batches_disagree_is_not_trusted(model: Decoder, tokenizer: Tokenizer, stories: Stories) -> None:
    from foundling.evaluation.likelihood import score_text

    documents = score_text(model, tokenizer, stories[1], stride=64, batch=8)
    assert len(check_judge(model, tokenizer, stories[1], documents, 64)) == 3
    wrong = [replace(document, nats=document.nats * 1.01) for document in documents]
    with pytest.raises(RuntimeError, match="One by one"):
        check_judge(model, tokenizer, stories[1], wrong, 64)


def test_the_judge_imports_neither_training_nor_what_was_taught() -> None:
    for path in Path(foundling.evaluation.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else \
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong = [name for name in names if name.startswith(("foundling.training", "foundling.corpus"))]
            assert not wrong, path.name

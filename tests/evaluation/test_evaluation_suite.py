"""The suite keeps what it measured by all that it depends on, goes on after a kill, and survives a broken part."""

import copy
import itertools
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest
from suitefiles import saved

from foundling.evaluation.suite import program
from foundling.evaluation.suite.cache import Ground, ingredients_of, key_of, sets_digest
from foundling.evaluation.suite.cost import Costs
from foundling.evaluation.suite.part import Part, no_doubles
from foundling.evaluation.suite.parts import PARTS
from foundling.home import verify_folder, write_folder
from foundling.records import BadInput, Score, canonical_json, to_jsonable

CALLS = []


def counting(name, version=1, value=0.5, sets=(), kept=True, quick=4):
    def run(subject, given):
        CALLS.append((name, given.seed, given.count))
        return (Score(name=f"{name}.figure", value=value, n=given.count, low=0.1, high=0.9),)
    return Part(name=name, version=version, run=run, quick=quick, full=9, sets=sets, kept=kept)


def failing(name, fault):
    def run(subject, given):
        raise fault
    return Part(name=name, version=1, run=run, quick=1, full=1, sets=())


@pytest.fixture
def place(tmp_path, model, tokenizer, stories):
    """A folder with a generation under a manifest, saved splits, a folder of test sets, and room for the figures."""
    CALLS.clear()
    saved(tmp_path / "one", model, tokenizer)
    write_folder(tmp_path / "judge", {
        "screen.json": canonical_json(to_jsonable(stories[1])), "sample.json": canonical_json(to_jsonable(stories[0])),
    })
    (tmp_path / "measured").mkdir()
    (tmp_path / "sets" / "mine").mkdir(parents=True)
    (tmp_path / "sets" / "mine" / "a.txt").write_text("a")
    (tmp_path / "sets" / "other.txt").write_text("b")
    return tmp_path


def job_of(place, **given):
    folder = given.pop("folder", place / "one")
    return {
        "name": "Wren", "suite": "quick", "generations": [{"number": 1, "folder": str(folder), "measure": True}],
        "heldout": str(place / "judge" / "screen.json"), "train": str(place / "judge" / "sample.json"),
        "sets": str(place / "sets"), "seed": 0, "threads": 1, "measured": str(place / "measured"), "known": {},
        "parts": True, "tasks": [], "task_path": None, "out": str(place / "out.json"),
    } | given


def done(place, parts, measure_parts=True, **given):
    """The exit code and what was found of the first generation, by part."""
    path = place / "suite.job"
    path.write_bytes(canonical_json(job_of(place, **given, parts=measure_parts)))
    code = program.work(path, parts)
    found = json.loads((place / "out.json").read_bytes())["generations"]
    return code, {part["part"]: part for part in found[0]["parts"]}


def test_figures_are_kept_and_read_again(place):
    part = counting("one")
    code, found = done(place, [part])
    assert code == 0 and found["one"]["fresh"] and len(CALLS) == 1
    code, again = done(place, [part])
    assert code == 0 and not again["one"]["fresh"] and len(CALLS) == 1
    assert again["one"]["scores"] == found["one"]["scores"]
    done(place, [part], threads=2)
    assert len(CALLS) == 1  # figures do not depend on how many threads made them


def test_every_ingredient_counts(place, newborn, tokenizer, stories):
    part = counting("one", sets=("mine",))
    done(place, [part])
    after = 1

    def measured_again(parts=(part,), **given):
        nonlocal after
        done(place, parts, **given)
        again, after = len(CALLS) > after, len(CALLS)
        return again

    assert not measured_again()
    assert measured_again(seed=1)
    assert measured_again(name="Ada")
    assert measured_again(suite="full")
    assert measured_again(parts=[replace(part, version=2)])
    assert measured_again(parts=[replace(part, quick=5)])
    (place / "sets" / "mine" / "a.txt").write_text("changed")
    assert measured_again()
    (place / "sets" / "other.txt").write_text("changed")
    assert not measured_again()  # of a set that it does not read
    assert measured_again(parts=[replace(part, sets=None)])
    (place / "sets" / "other.txt").write_text("changed again")
    assert measured_again(parts=[replace(part, sets=None)])
    assert measured_again(folder=saved(place / "two", newborn, tokenizer))
    for name, split in (("heldout", "screen.json"), ("train", "sample.json")):
        files = {f: (place / "judge" / f).read_bytes() for f in ("screen.json", "sample.json")}
        files[split] = canonical_json(to_jsonable(stories[1][:3]))
        write_folder(place / name, files)
        assert measured_again(**{name: str(place / name / split)})
    assert not measured_again()


def test_a_damaged_or_changed_row_is_measured_again(place):
    part = counting("one")
    _, found = done(place, [part])
    (row,) = (place / "measured").glob("[0-9a-f]*.json")
    whole = row.read_bytes()
    known = {found["one"]["key"]: found["one"]["sha256"]}
    row.write_bytes(whole.replace(b'"value":0.5', b'"value":0.9'))
    _, again = done(place, [part], known=known)
    assert again["one"]["fresh"] and again["one"]["scores"][0]["value"] == 0.5
    body = json.loads(whole)
    del body["sha256"]
    body["scores"][0]["value"] = 0.9  # and its own hash made to fit, which the ledger's does not
    row.write_bytes(canonical_json(body | {"sha256": program.content_hash(body)}))
    assert not done(place, [part])[1]["one"]["fresh"]
    assert done(place, [part], known=known)[1]["one"]["fresh"]


def test_a_row_under_another_key_is_not_believed(place):
    done(place, [counting("one", value=0.9)])
    (row,) = (place / "measured").glob("[0-9a-f]*.json")
    ground = Ground(heldout="h", train="t", sets=None, seed=0)
    key = key_of(ingredients_of("digest", "Wren", counting("two"), 4, ground))
    shutil.copyfile(row, place / "measured" / f"{key}.json")
    assert program.read_row(place / "measured", key, {}) is None


def test_a_broken_part_is_told_and_the_rest_goes_on(place, capsys):
    parts = [counting("one"), failing("broken", ZeroDivisionError("by\nnothing")), counting("nan", value=float("nan")),
             counting("last")]
    code, found = done(place, parts)
    assert code == 1
    assert found["broken"] == {"part": "broken", "state": "failed", "why": "ZeroDivisionError: by nothing"}
    assert found["nan"]["state"] == "failed" and found["one"]["state"] == found["last"]["state"] == "found"
    notes = [event["text"] for line in capsys.readouterr().out.splitlines()
             if (event := json.loads(line))["event"] == "note"]
    assert notes == ["broken of generation 1 failed: ZeroDivisionError: by nothing",
                     "nan of generation 1 failed: ValueError: a measure gave no number"]


@pytest.mark.parametrize("bad", [{"value": math.nan}, {"low": -math.inf}, {"high": math.nan}])
def test_no_number_fails_a_part_and_not_the_page_kept_or_not(place, bad):
    def run(subject, given):
        return (Score(**({"name": "nan.figure", "value": 0.5, "n": 4, "low": 0.1, "high": 0.9} | bad)),)
    part = Part(name="nan", version=1, run=run, quick=4, full=9, sets=())
    for kept in (True, False):
        code, found = done(place, [replace(part, kept=kept), counting("one", kept=kept)])
        assert code == 1 and found["one"]["state"] == "found"
        assert found["nan"] == {"part": "nan", "state": "failed", "why": "ValueError: a measure gave no number"}


def test_a_missing_set_or_package_is_left_out(place, capsys):
    parts = [
        *[part for part in PARTS if part.name == "blimp"], failing("set", BadInput("There is no such set.")),
        failing("package", ModuleNotFoundError("No module named 'sacrebleu'", name="sacrebleu")),
        failing("ours", ModuleNotFoundError("No module named 'foundling.x'", name="foundling.x")), counting("one"),
    ]
    code, found = done(place, parts, sets=None)
    assert code == 1  # for the last one, which is our own fault
    assert {name: part["state"] for name, part in found.items()} == {
        "blimp": "left_out", "set": "left_out", "package": "left_out", "ours": "failed", "one": "found"}
    assert "--sets" in found["blimp"]["why"] and "sacrebleu" in found["package"]["why"]
    assert done(place, parts[:3], sets=None)[0] == 0


def test_figures_that_hang_on_unlisted_files_are_never_kept(place):
    part = counting("one", kept=False)
    assert done(place, [part])[1]["one"]["key"] == ""
    assert done(place, [part])[1]["one"]["fresh"] and len(CALLS) == 2
    assert not list((place / "measured").glob("[0-9a-f]*.json"))


def test_looking_measures_nothing(place):
    part = counting("one")
    looked = [{"number": 1, "folder": str(place / "one"), "measure": False}]
    assert done(place, [part], generations=looked)[1] == {} and done(place, [part], measure_parts=False)[1] == {}
    done(place, [part])
    assert done(place, [part], generations=looked)[1]["one"]["state"] == "found" and len(CALLS) == 1


def test_a_part_without_sets_cannot_read_them(place):
    seen = []

    def run(subject, given):
        seen.append(given.sets)
        return ()
    parts = [Part(name=str(sets), version=1, run=run, quick=1, full=1, sets=sets) for sets in ((), None, ("mine",))]
    done(place, parts)
    assert seen == [None, place / "sets", place / "sets"]


def test_weights_that_give_no_number_are_refused(place, model, tokenizer):
    twin = copy.deepcopy(model)
    twin.embedding.weight.data.fill_(float("nan"))
    with pytest.raises(BadInput, match="no number"):
        done(place, [counting("one")], folder=saved(place / "nan", twin, tokenizer))
    assert CALLS == []


def test_of_several_generations_one_that_is_broken_stops_no_other(place, model, tokenizer, capsys):
    twin = copy.deepcopy(model)
    twin.embedding.weight.data.fill_(float("nan"))
    saved(place / "nan", twin, tokenizer)
    both = [{"number": number, "folder": str(place / folder), "measure": True}
            for number, folder in ((1, "nan"), (2, "one"))]
    code, broken = done(place, [counting("one")], generations=both)
    assert code == 1 and set(broken) == {"weights"} and len(CALLS) == 1
    assert broken["weights"]["state"] == "failed" and "no number" in broken["weights"]["why"]
    second = json.loads((place / "out.json").read_bytes())["generations"][1]
    assert [(part["part"], part["state"]) for part in second["parts"]] == [("one", "found")]
    notes = [event["text"] for line in capsys.readouterr().out.splitlines()
             if (event := json.loads(line))["event"] == "note"]
    assert len(notes) == 1 and notes[0].startswith("generation 1 cannot be measured: ")


def test_bad_jobs_are_refused_with_a_sentence(place, capsys):
    path = place / "suite.job"
    for wrong in ({"suite": "huge"}, {"seed": "x"}, {"heldout": str(place / "nowhere.json")}, {"parts": None}):
        path.write_bytes(canonical_json(job_of(place) | wrong))
        assert program.main([str(path)]) == 2
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["event"] == "error"
    assert program.main([]) == 2


def test_two_parts_of_one_name_are_refused():
    no_doubles(PARTS)
    with pytest.raises(BadInput, match="one"):
        no_doubles([counting("one"), counting("two"), counting("one")])


def test_the_digest_of_sets_is_of_names_and_bytes(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    one = sets_digest(tmp_path, ("a", "absent"))
    assert one == sets_digest(tmp_path, ("absent", "a")) and one != sets_digest(tmp_path, ("absent",))
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    assert sets_digest(tmp_path, ("a",)) != one
    assert sets_digest(None, ("a",)) == sets_digest(tmp_path, ()) == "none"


SLOW = """
    import sys, time
    from foundling.evaluation.suite import program
    from foundling.evaluation.suite.part import Part
    from foundling.records import Score
    def part(name, seconds):
        def run(subject, given):
            print(name, file=sys.stderr, flush=True)
            time.sleep(seconds)
            return (Score(name=f"{name}.figure", value=0.5, n=1),)
        return Part(name=name, version=1, run=run, quick=1, full=1, sets=())
    parts = [part("first", 0), part("second", float(sys.argv[2])), part("third", 0)]
    sys.exit(program.work(__import__("pathlib").Path(sys.argv[1]), parts))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_was_measured_before_a_kill_is_not_measured_again(place, how):
    (place / "suite.job").write_bytes(canonical_json(job_of(place)))
    (place / "slow.py").write_text(textwrap.dedent(SLOW))

    def started(seconds):
        return subprocess.Popen(
            [sys.executable, str(place / "slow.py"), str(place / "suite.job"), str(seconds)], stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
    with started(600) as process:
        assert process.stderr is not None
        said = list(itertools.takewhile(lambda line: line != "second", map(str.strip, process.stderr)))
        assert process.poll() is None, said  # else it died before its second part
        process.send_signal(how)
        process.wait()
    assert len(list((place / "measured").glob("[0-9a-f]*.json"))) == 1 and not (place / "out.json").exists()
    with started(0) as process:
        assert process.stderr is not None
        ran = process.stderr.read().split()
    assert process.returncode == 0 and ran == ["second", "third"]
    found = json.loads((place / "out.json").read_bytes())["generations"][0]["parts"]
    assert [(part["part"], part["fresh"]) for part in found] == [("first", False), ("second", True), ("third", True)]
    verify_folder(place / "one")


def test_killed_while_a_row_is_written_nothing_half_is_believed(place):
    (place / "suite.job").write_bytes(canonical_json(job_of(place)))
    (place / "slow.py").write_text(textwrap.dedent(SLOW))
    command = [sys.executable, str(place / "slow.py"), str(place / "suite.job"), "0"]
    here = os.environ | {"OMP_NUM_THREADS": "1"}
    for point, rows in (("file-written", 0), ("file-renamed", 1)):
        code = subprocess.run(command, capture_output=True, env=here | {"FOUNDLING_CRASH_AT": point}).returncode
        assert code == 137 and len(list((place / "measured").glob("[0-9a-f]*.json"))) == rows
    assert subprocess.run(command, capture_output=True, env=here).returncode == 0
    assert len(list((place / "measured").glob("[0-9a-f]*.json"))) == 3


def test_progress_says_what_and_how_long(place, capsys):
    done(place, [counting("one"), counting("two")])
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [event for event in events if event["event"] == "progress"]
    assert [event["text"] for event in told] == ["generation 1: one", "generation 1: two"]
    assert [(event["done"], event["total"]) for event in told] == [(0, 2), (1, 2)]
    assert told[0]["seconds_left"] > told[1]["seconds_left"] >= 0 and events[-1] == {"event": "done", "failed": False}


def test_the_cost_of_a_part_is_what_it_took_before():
    row = program.Row(
        key="k", ingredients={"part": "one", "version": 1, "count": 4}, scores=(), parameters=1_000_000, seconds=3.0,
        cpu_seconds=3.0, measured="2026-01-01",
    )
    costs = Costs([row], 2_000_000, 1)
    assert costs.seconds("one", 1, 4) == 6.0
    unknown = costs.seconds("two", 1, 4)
    costs.learn("two", 4, 3 * unknown)
    assert costs.seconds("three", 1, 4) == pytest.approx(3 * unknown)
    assert Costs([], 2_000_000, 2).seconds("two", 1, 4) < unknown

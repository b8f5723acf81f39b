"""A stranger's command beside ours: run once a seed, its figures checked and summed, its bad answers refused."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from foundling.life.pages.record import record_page
from foundling.life.record.contest import Wanted, hold_record, read_results
from foundling.life.record.outside import Outsider, read_answer
from foundling.life.stations import Done
from foundling.records import BadInput

# Charges two bits for every byte, and a little for the seed; leaves a mark for each time it was run.
STRANGER = """
import json, math, sys
from pathlib import Path
train, heldout, minutes, seed, threads, out = sys.argv[1:]
assert list(Path(train).glob("*.txt")) and (minutes, threads) == ("0.5", "1")
print("training", seed, flush=True)
Path(__file__).with_name("ran").open("a").write(seed)
rows = [(p.name, len(p.read_bytes())) for p in Path(heldout).glob("*.txt")]
Path(out).write_text(json.dumps({
    "documents": [{"name": n, "nats": (2 + int(seed) / 10) * math.log(2) * b, "bytes": b} for n, b in rows],
    "parameters": 1000, "steps": 50, "step_seconds": 0.6, "step_tokens": 64, "epoch_tokens": 1600}))
sys.exit(3 if seed == "7" else 0)
"""


@pytest.fixture
def texts(tmp_path: Path) -> tuple[Path, Path]:
    train, heldout = tmp_path / "train", tmp_path / "heldout"
    for folder, names in ((train, ("one", "two")), (heldout, ("three", "four"))):
        folder.mkdir()
        for name in names:
            lines = (f"In {name} the goat number {n * 37 % 101} ate {n} hats of {name}." for n in range(700))
            (folder / f"{name}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return train, heldout


def run(tmp_path: Path, texts: tuple[Path, Path], *seeds: int, name: str = "stranger") -> dict[str, Any]:
    program = tmp_path / "stranger.py"
    program.write_text(STRANGER, encoding="utf-8")
    events = hold_record(Wanted(
        place=tmp_path / "record", train=texts[0], heldout=texts[1], minutes=0.5, threads=1, seeds=seeds,
        beside=f"{name}={sys.executable} '{program}'"))
    return {event.station: event.facts for event in events if isinstance(event, Done)}


def test_a_command_is_run_seed_by_seed_and_stands_on_the_page(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    first = run(tmp_path, texts, 1)["record"]
    assert first["bits_per_byte"] == pytest.approx(2.1) and first["low"] is None
    both = run(tmp_path, texts, 0, 1)["record"]
    assert (tmp_path / "ran").read_text() == "10" and both["seeds"] == [0, 1]
    assert both["bits_per_byte"] == pytest.approx(2.05) and both["low"] < 2.05 < both["high"]
    assert both["contestant"] == "stranger, by its own figures"
    (result,) = read_results(tmp_path / "record")
    assert result["summary"]["epochs"] == 2.0 and result["summary"]["tokens_per_second"] == 107
    assert "stranger, by its own figures" in record_page([result])
    assert "training 1" in (tmp_path / "record" / "sprint" / "stranger" / "seed-1" / "log.txt").read_text()


def test_a_command_that_fails_leaves_no_figure(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    with pytest.raises(BadInput, match=r"ended with code 3: see .*log\.txt"):
        run(tmp_path, texts, 7)
    place = tmp_path / "record" / "sprint" / "stranger"
    assert not (place / "result.json").exists() and not (place / "seed-7" / "run.json").exists()
    with pytest.raises(BadInput, match="code 3"):  # and is run again
        run(tmp_path, texts, 7)
    assert (tmp_path / "ran").read_text() == "77"


def test_every_byte_has_to_be_charged(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    sizes = {path.name: path.stat().st_size for path in texts[1].iterdir()}
    rows = [{"name": name, "nats": math.log(2) * size, "bytes": size} for name, size in sizes.items()]
    good = {"documents": rows, "parameters": 9, "steps": 1, "step_seconds": 0.1, "step_tokens": 8}
    path = tmp_path / "answer.json"

    def read(**changed: Any) -> dict[str, Any]:
        path.write_text(json.dumps(good | changed), encoding="utf-8")
        return read_answer(path, texts[1])

    assert read()["bits_per_byte"] == pytest.approx(1.0)
    assert read(bits_per_byte=0.1)["bits_per_byte"] == pytest.approx(1.0), "the sum is ours"
    short = [rows[0] | {"bytes": rows[0]["bytes"] - 1}, rows[1]]
    for documents in (rows[:1], [*rows, rows[0]], short, [*rows, {"name": "x", "nats": 1, "bytes": 1}]):
        with pytest.raises(BadInput, match="does not charge each held-out file"):
            read(documents=documents)
    for wrong in ({"steps": 0}, {"step_seconds": math.nan}, {"documents": [row | {"nats": -1.0} for row in rows]}):
        with pytest.raises(BadInput, match="not above 0"):
            read(**wrong)
    for wrong in ({"documents": 3}, {"steps": None}, {"documents": [{"name": "x"}]}):
        with pytest.raises(BadInput, match="no result of a command"):
            read(**wrong)


@pytest.mark.parametrize("text", ["", "run.sh", "=run.sh", "x=", "foundling=run.sh", "trainer-bf16=run.sh", "../x=run",
                                  "x='run"])
def test_what_is_no_name_and_command_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Outsider.read(text)


def test_another_command_under_the_same_name_is_refused(tmp_path: Path, texts: tuple[Path, Path]) -> None:
    run(tmp_path, texts, 0)
    with pytest.raises(BadInput, match="another command"):
        list(hold_record(Wanted(
            place=tmp_path / "record", train=texts[0], heldout=texts[1], minutes=0.5, threads=1, seeds=(1,),
            beside="stranger=/bin/true")))
    with pytest.raises(BadInput, match="cannot be started"):
        list(hold_record(Wanted(
            place=tmp_path / "record", train=texts[0], heldout=texts[1], minutes=0.5, threads=1, seeds=(1,),
            beside="nobody=./no/such/program")))

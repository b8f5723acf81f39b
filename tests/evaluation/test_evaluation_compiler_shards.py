"""Packing: shards read back equal, all or nothing, the same bytes every time; and the data space of the judge."""

import errno
import json
import os
from pathlib import Path

import pytest
from packedfiles import read_back

from foundling.corpus import BUILTIN
from foundling.evaluation.spaces.data import compiler, shards
from foundling.evaluation.spaces.data.bench import Given
from foundling.evaluation.spaces.data.check import Diagnostic
from foundling.evaluation.spaces.data.compiler import Compiled, Wanted, compile_folder
from foundling.evaluation.spaces.data.heads import Terms
from foundling.evaluation.spaces.data.judging import DataSpace
from foundling.evaluation.spaces.data.reading import read_document
from foundling.evaluation.spaces.data.shards import INDEX
from foundling.evaluation.spaces.data.table import CHECKS, chosen
from foundling.evaluation.spaces.space import Space
from foundling.home import verify_folder
from foundling.records import BadInput, Origin, Progress, Story
from foundling.tokens import Tokenizer

TERMS = Terms(origin=Origin(licence="Apache-2.0", author="Foundling"))
TALE = "The miller had a key that fitted no door, and he kept it in his hat."


def last(wanted: Wanted) -> Compiled:
    *_, end = compile_folder(wanted)
    assert isinstance(end, Compiled)
    return end


def test_shards_read_back_as_the_documents_that_went_in(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARD_BYTES", 50_000)
    given = Given(terms=TERMS, tokenizer=tokenizer)
    checks = chosen([], ["W065"])  # this tokenizer knows forty sentences
    end = last(Wanted(folder=BUILTIN, given=given, checks=checks, out=tmp_path / "out"))
    assert end.code == 0 and end.shards is not None and len(end.shards["shards"]) > 4
    read = list(read_back(tmp_path / "out"))
    assert len(read) == end.documents == end.shards["documents"] > 150
    assert sum(len(ids) for _, ids in read) == end.shards["tokens"]
    for row, ids in read:
        story = read_document((BUILTIN / row["file"]).read_bytes(), row["file"], TERMS).story
        assert ids == tokenizer.encode_story(story) and len(ids) == row["tokens"]
        assert (row["id"], row["title"], row["form"]) == (story.id, story.title, story.form)
        assert row["origin"]["licence"] == "Apache-2.0"
        if story.form == "prose":
            assert tokenizer.decode(ids) == story.text
    assert {row["form"] for row, _ in read} == {"prose", "scene"}


def test_the_same_texts_give_the_same_bytes(tokenizer: Tokenizer, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(TALE)
    (folder / "b.jsonl").write_text(json.dumps({"turns": ["Ada: Is it there?", "Ben: It is."], "licence": "own"}))
    given = Given(terms=TERMS, tokenizer=tokenizer)
    told = []
    for name in ("one", "two"):
        events = list(compile_folder(Wanted(folder=folder, given=given, out=tmp_path / name)))
        told.append([event for event in events if isinstance(event, Diagnostic)])
        verify_folder(tmp_path / name)
    assert told[0] == told[1]
    files = [{p.name: p.read_bytes() for p in sorted((tmp_path / name).iterdir())} for name in ("one", "two")]
    assert files[0] == files[1] and {"tokenizer.json", "train-0000.ids", INDEX, "manifest.json"} <= set(files[0])
    again = last(Wanted(folder=folder, given=given, out=tmp_path / "one"))  # a compiled corpus may be compiled again
    assert again.shards is not None and verify_folder(tmp_path / "one") == again.shards["manifest"]


def test_an_error_leaves_nothing_behind(tokenizer: Tokenizer, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(TALE)
    (tmp_path / "texts" / "b.txt").write_text(TALE + "\x00")
    end = last(Wanted(folder=tmp_path / "texts", given=Given(tokenizer=tokenizer), out=tmp_path / "out"))
    assert end.code == 1 and end.shards is None and os.listdir(tmp_path) == ["texts"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")
    with pytest.raises(BadInput, match="no compiled corpus"):
        last(Wanted(folder=tmp_path / "texts", given=Given(tokenizer=tokenizer), out=tmp_path / "out"))
    (tmp_path / "out" / INDEX).write_text("of a web site")
    with pytest.raises(BadInput, match="no compiled corpus"):
        last(Wanted(folder=tmp_path / "texts", given=Given(tokenizer=tokenizer), out=tmp_path / "out"))
    assert sorted(os.listdir(tmp_path / "out")) == [INDEX, "mine.txt"]


def test_it_does_not_pack_into_what_it_reads(tokenizer: Tokenizer, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TALE)
    for out in (tmp_path, tmp_path / "deep" / "out", tmp_path / "x" / ".." / "out"):
        with pytest.raises(BadInput, match="lies in the folder that is compiled"):
            last(Wanted(folder=tmp_path, given=Given(tokenizer=tokenizer), out=out))
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_disk_that_is_full_at_the_end_is_bad_input(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was buffered is written when the rows are closed."""
    class Full:
        def close(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    packing = shards.Packing(tmp_path / "out", tokenizer)
    packing._rows.close()
    monkeypatch.setattr(packing, "_rows", Full())
    with pytest.raises(BadInput, match="disk is full"):
        packing.commit()


def test_strict_makes_errors_of_warnings(tokenizer: Tokenizer, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TALE)
    checks = chosen([], ["W065"])
    given = Given(tokenizer=tokenizer)
    plain = last(Wanted(folder=tmp_path, given=given, checks=checks))
    strict = last(Wanted(folder=tmp_path, given=given, checks=checks, strict=True))
    assert (plain.code, plain.errors, plain.warnings) == (0, 0, 2)
    assert (strict.code, strict.errors, strict.warnings) == (1, 2, 0)
    assert plain.counts == strict.counts == {"W048": 1, "W050": 1}
    assert plain.not_run == ("E046", "E053")


def test_a_tokenizer_that_loses_something_is_found_out(tokenizer: Tokenizer, tmp_path: Path) -> None:
    from tokenizers import Tokenizer as Backend
    from tokenizers import normalizers

    backend = Backend.from_str(tokenizer.files()["tokenizer.json"].decode("utf-8"))
    backend.normalizer = normalizers.Lowercase()
    (tmp_path / "a.txt").write_text(TALE)
    counts = [last(Wanted(folder=tmp_path, given=Given(tokenizer=one))).counts.get("E066", 0)
              for one in (tokenizer, Tokenizer(backend))]
    assert counts == [0, 1]


def test_how_far_it_is_is_told_with_the_time_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_FIRST", 0.0)
    monkeypatch.setattr(compiler, "_TOLD_EVERY", 0.0)
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text(f"{TALE} It was number {number}.")
    words = [event for event in compile_folder(Wanted(folder=tmp_path)) if isinstance(event, Progress)]
    assert [word.done for word in words] == [0, 85, 170, 255] and words[0].seconds_left is None
    assert all(word.total == 340 and (word.seconds_left or 0) >= 0 for word in words)


def test_a_file_alone_is_compiled_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TALE)
    end = last(Wanted(folder=tmp_path / "a.txt"))
    assert (end.files, end.documents, end.errors) == (1, 1, 0)


def judged(space: Space, text: str) -> dict[str, bool | None]:
    evidence = space.judge(text.encode("utf-8"), seed=4)
    assert (evidence.space, evidence.seed) == ("data", 4) and len(evidence.candidate) == 64
    return {label.name: label.passed for label in evidence.labels}


def test_the_data_space_gives_a_label_for_every_check(tokenizer: Tokenizer) -> None:
    bare = judged(DataSpace(), TALE)
    assert list(bare) == [check.code for check in CHECKS]
    assert {code for code, passed in bare.items() if passed is None} == {"E044", "W045", "E046", "E053", "W065", "E066"}
    assert {code for code, passed in bare.items() if passed is False} == {"W048", "W050"}
    given = Given(terms=TERMS, tokenizer=tokenizer, today="2026-11-21", prints=b"0" * 16)
    full = judged(DataSpace(given=given), "---\nform: scene\n---\nUser: Is it there?\nBen:\nUser: So.")
    assert {code for code, passed in full.items() if passed is False} == {"E013", "E015", "W017"}
    rows = judged(DataSpace(), f'{{"text": "{TALE}"}}\n{{"text": "{TALE}"}}')
    assert rows["E044"] is False and rows["W045"] is True
    near = judged(DataSpace(), f'{{"text": "{TALE * 3}"}}\n{{"text": "{TALE * 3} Gone."}}')
    assert near["W045"] is False and near["E044"] is True
    original = Story(title="Key", text=TALE * 3, source="orig")
    rework = f"---\nparent: {original.id}\n---\n{TALE * 3}"
    alone, held = judged(DataSpace(), rework), judged(DataSpace(originals=(original,), others=(original,)), rework)
    assert (alone["E062"], alone["E063"], alone["E044"]) == (None, None, None)
    assert (held["E062"], held["E063"], held["E044"], held["W045"]) == (True, True, False, True)
    broken = judged(DataSpace(), '{"text": 1}')
    assert broken["E037"] is False and broken["W043"] is None and broken["E012"] is True

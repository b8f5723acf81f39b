"""Collecting: each text once, whatever is typed how often; cleaning that names what fell, puts it back and starts anew
only where something changed."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tinyhome import NAMING, collected, finish, made_ready, new_home

from foundling.corpus import BUILTIN
from foundling.corpus.runner.packing import Packer
from foundling.home import Home
from foundling.life.collecting import Wanted, add, collect, collected_stories
from foundling.life.dropping import put_back, table, what_fell
from foundling.life.preparing import prepare
from foundling.life.sifting import Asked, arrangement_of, chosen_splits, sift
from foundling.life.stations import recorded
from foundling.records import BadInput, Origin, Progress

PAGE = "Buy now! Click here to accept cookies. " * 3


def more_stories(folder: Path, first: int = 24, count: int = 4) -> Path:
    folder.mkdir()
    for path in sorted((BUILTIN / "stories").glob("*.txt"))[first:first + count]:
        shutil.copyfile(path, folder / path.name)
    return folder


def files_of(home: Home) -> dict[str, bytes]:
    return {str(p.relative_to(home.path)): p.read_bytes() for p in sorted((home.path / "corpus").rglob("*"))
            if p.is_file()}


def test_the_same_source_twice_adds_nothing(home: Home, stories: Path) -> None:
    before = files_of(home)
    with home.locked(), home.ledger() as ledger:
        facts = finish(add(home, ledger, Wanted(sources=(str(stories),)))).facts
        assert facts["new_stories"] == 0 and len(ledger.events("collect")) == 1
    assert files_of(home) == before


def test_new_texts_come_beside_the_old_with_their_terms(home: Home, tmp_path: Path) -> None:
    terms = Origin(licence="CC0", consent="given by Ada", author="Ada")
    with home.locked(), home.ledger() as ledger:
        old = {story.id for story in collected_stories(home, recorded(ledger, "collect")["corpus"])}
        wanted = Wanted(sources=(str(more_stories(tmp_path / "more")),), terms=terms)
        facts = finish(add(home, ledger, wanted)).facts
        assert facts["new_stories"] == 4
        new = [story for story in collected_stories(home, facts["corpus"]) if story.id not in old]
    assert len(new) == 4 and {(s.origin.licence, s.origin.consent, s.origin.author) for s in new} == {
        ("CC0", "given by Ada", "Ada")
    }
    assert all(s.origin.kind == "text" and s.origin.retrieved.startswith("20") for s in new)


def test_what_is_added_is_prepared_anew_until_the_being_has_read(home: Home, tmp_path: Path) -> None:
    with home.locked(), home.ledger() as ledger:
        first = recorded(ledger, "prepare")
        finish(add(home, ledger, Wanted(sources=(str(more_stories(tmp_path / "more")),))))
        assert finish(sift(home, ledger, None, 5)).fresh
        again = finish(prepare(home, ledger, NAMING, 5))
        assert again.fresh and again.facts["story_bytes"] > first["story_bytes"]
        ledger.append("pretrain", data={})
        finish(add(home, ledger, Wanted(sources=(str(more_stories(tmp_path / "yet-more", 28)),))))
        assert not finish(sift(home, ledger, None, 5)).fresh
        assert not finish(prepare(home, ledger, NAMING, 5)).fresh


def test_no_shard_is_cleaned_twice(home: Home, tmp_path: Path) -> None:
    with home.locked(), home.ledger() as ledger:
        done = len(ledger.events("milled"))
        assert not finish(sift(home, ledger, None, 5)).fresh and len(ledger.events("milled")) == done
        finish(sift(home, ledger, Asked(lower=True), 5))
        assert len(ledger.events("milled")) == done + 1
        # The wish holds until another is typed, and the first result is still there.
        assert not finish(sift(home, ledger, None, 5)).fresh
        finish(sift(home, ledger, Asked(), 5))
        assert len(ledger.events("milled")) == done + 1


@pytest.fixture
def strict(tmp_path: Path, stories: Path) -> Home:
    """A home that wants long texts only, so that some fall."""
    home = new_home(tmp_path / "strict", stories)
    with home.locked(), home.ledger() as ledger:
        collected(home, ledger, stories)
        finish(sift(home, ledger, Asked(least_words=400), 5))
    return home


def test_what_fell_is_told_by_step_and_can_be_put_back(strict: Home) -> None:
    with strict.locked(), strict.ledger() as ledger:
        fell = what_fell(strict, ledger, None, 100)
        rows = [row for row in fell["drops"] if row["step"] == "length"]
        assert rows and fell["by_step"]["length"] == len(rows) and "words" in rows[0]["reason"]
        assert rows[0]["title"] in table(fell) and rows[0]["id"] in table(fell)
        only = what_fell(strict, ledger, "length", 1)
        assert len(only["drops"]) == 1 and only["dropped"] == fell["dropped"]
        titles = put_back(strict, ledger, [rows[0]["id"]])
        assert titles == [rows[0]["title"]]
        facts = finish(sift(strict, ledger, None, 5)).facts
        assert facts["drops_by_step"]["length"] == len(rows) - 1
        texts = [part for split in chosen_splits(strict, facts["text"]).values() for part in split]
        assert any(part.title.startswith(rows[0]["title"]) for part in texts)
        assert rows[0]["id"] not in {row["id"] for row in what_fell(strict, ledger, None, 100)["drops"]}


@pytest.mark.parametrize("given", ["nobody", "00000000000", "a", ""])
def test_an_id_that_is_nobodys_is_refused(strict: Home, given: str) -> None:
    with strict.locked(), strict.ledger() as ledger:
        with pytest.raises(BadInput, match="foundling dropped"):
            put_back(strict, ledger, [given])
        assert ledger.events("put-back") == []


def test_a_step_at_which_nothing_fell_is_named(strict: Home) -> None:
    with strict.ledger() as ledger, pytest.raises(BadInput, match="length"):
        what_fell(strict, ledger, "no-such-step", 5)


def test_copies_fall_with_the_name_of_what_they_copy(tmp_path: Path, stories: Path) -> None:
    folder = tmp_path / "stories"
    shutil.copytree(stories, folder)
    one = sorted(folder.glob("*.txt"))[3]
    words = one.read_text(encoding="utf-8").split(" ")
    (folder / "zz-nearly.txt").write_text(" ".join([*words[:len(words) // 2], "quite", *words[len(words) // 2:]]))
    home = new_home(tmp_path / "wren", folder)
    with home.locked(), home.ledger() as ledger:
        made_ready(home, ledger, folder)
        rows = [row for row in what_fell(home, ledger, None, 100)["drops"] if "nearly the same text" in row["reason"]]
        assert len(rows) == 1 and "resemblance 0.9" in rows[0]["reason"]
        put_back(home, ledger, [rows[0]["id"]])
        facts = finish(sift(home, ledger, None, 5)).facts
        assert not arrangement_of(home, facts["text"])["copies"]


def test_what_is_kept_out_is_kept_out(home: Home, stories: Path, tmp_path: Path) -> None:
    exam = tmp_path / "exam.txt"
    text = sorted(stories.glob("a*.txt"))[0].read_text(encoding="utf-8").split("---")[-1]
    exam.write_text(text[200:900], encoding="utf-8")
    with home.locked(), home.ledger() as ledger:
        finish(sift(home, ledger, Asked(keep_out=(str(exam),)), 5))
        fell = what_fell(home, ledger, None, 100)
        assert any(row["step"] == "leak" for row in fell["drops"]), fell["by_step"]
        with pytest.raises(BadInput, match="--keep-out"):
            finish(sift(home, ledger, Asked(keep_out=(str(tmp_path / "nowhere"),)), 5))


def test_cleaning_that_leaves_nothing_says_at_which_step(home: Home) -> None:
    with home.locked(), home.ledger() as ledger, pytest.raises(BadInput, match="step `language`"):
        finish(sift(home, ledger, Asked(languages=("de",)), 5))


def test_a_killed_collection_begun_again_ends_in_the_same_bytes(
    tmp_path: Path, stories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, killed = (new_home(tmp_path / name, stories) for name in ("calm", "killed"))
    facts: list[dict[str, Any]] = []
    for home in (calm, killed):
        with home.locked(), home.ledger() as ledger:
            if home is killed:
                with monkeypatch.context() as patch:
                    patch.setattr("foundling.life.collecting._record", lambda *_: (_ for _ in ()).throw(OSError))
                    with pytest.raises(OSError):
                        collected(home, ledger, stories)
                assert recorded(ledger, "collect") is None and files_of(home)
            facts.append(made_ready(home, ledger, stories).facts)
    assert files_of(calm) == files_of(killed) and facts[0] == facts[1]
    assert json.dumps(facts[0])


def test_a_source_that_begins_with_nothing_but_drops_is_read_to_its_end(
    home: Home, tmp_path: Path, stories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More drops than a shard holds come before the first story: they are no reason to refuse the rest."""
    junk = tmp_path / "junk"
    junk.mkdir()
    for number in range(30):
        (junk / f"{number:02d}.txt").write_bytes(bytes(range(256)) * 4)
    monkeypatch.setattr("foundling.life.collecting.Packer", lambda: Packer(2_000))
    shutil.copytree(stories, junk / "stories")
    fresh = new_home(tmp_path / "fresh", junk)
    with fresh.locked(), fresh.ledger() as ledger:
        facts = collected(fresh, ledger, junk).facts
        assert facts["shards"] > 10 and facts["stories"] == 24 and facts["dropped"] >= 30


def test_collecting_says_how_far_it_is(tmp_path: Path, stories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = new_home(tmp_path / "wren", stories)
    clock = iter(range(10_000))
    monkeypatch.setattr("foundling.life.collecting.REFERENCE_TOKENS", 125_000)  # the built-in stories and a little more
    monkeypatch.setattr("foundling.life.collecting.time.monotonic", lambda: float(next(clock)))
    with home.locked(), home.ledger() as ledger:
        words = [event for event in collect(home, ledger, Wanted()) if isinstance(event, Progress)]
    assert len(words) > 100 and all(word.total for word in words[1:])
    assert words[-1].seconds_left is not None and words[-1].done > words[1].done


def test_half_a_character_is_mended_wherever_it_stands(home: Home, tmp_path: Path) -> None:
    rows, bad = tmp_path / "rows.jsonl", tmp_path / os.fsdecode(b"b\xffd.txt")
    half = "\ud800"  # a lone surrogate: JSON can say it, no UTF-8 file can hold it
    good = "Once there was a lamp on a long wall. " * 100
    rows.write_text("\n".join(json.dumps(row) for row in [
        {"text": good + half, "title": half, "author": half, "source": half},
        {"turns": [{"speaker": "Ad" + half, "text": half}, {"speaker": "Ben", "text": "yes"}]},
    ]) + "\n")
    bad.write_bytes(b"half \xed\xa0\x80 a character, said Ada")
    with home.locked(), home.ledger() as ledger:
        facts = finish(add(home, ledger, Wanted(sources=(str(rows), str(bad))))).facts
        assert facts["new_stories"] == 3

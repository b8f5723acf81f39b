"""The judge's text and secret as time goes by: a lost secret is refused, and what served stays where a folder grew."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tinyjudge import copied, story

from foundling.cli.main import run
from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.versus.evidence import Checkpoints, Document
from foundling.evaluation.versus.holdout import shared_out
from foundling.home import Home
from foundling.life.versus.keep import HeldOut, Keep, add_texts, by_id, open_keep, record, serving, slices
from foundling.records import BadInput, content_hash

BOTH = ("screen", "confirm")


@pytest.fixture
def home(first_home: Home, tmp_path: Path) -> Home:
    return copied(first_home, tmp_path / "wren")


@pytest.fixture
def keep(home: Home) -> Iterator[Keep]:
    with home.locked(), home.ledger() as ledger:
        yield open_keep(home, ledger)


def written(folder: Path, numbers: Sequence[int], kind: str = "arrived") -> Path:
    """A folder with a text for each number beside whatever lies there."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number}.txt").write_text(story(number, kind).text, encoding="utf-8")
    return folder


def judge(keep: Keep, name: str) -> dict[str, Any]:
    """A verdict on a checkpoint that is a little worse in every document of the slice that serves: one answer of it."""
    held, _ = serving(keep, "screen")
    rows = tuple(
        Document(id=one, part=held.parts[one], bytes=len(plain_text(text).encode("utf-8")), a=100.0, b=101.0 + number)
        for number, (one, text) in enumerate(held.documents.items()))
    return record(keep, Checkpoints(
        candidate=content_hash(name), incumbent=content_hash("A"), slice=held.slice, seed=0, prompts=0, threads=1,
        inputs=held.inputs, documents=rows), cost=0.0)


def contents(keep: Keep) -> dict[str, set[str]]:
    """The documents of every slice, for choosing and for claims."""
    found: dict[str, HeldOut] = {name: part for which in BOTH for name, part in slices(keep, which).items()}
    return {name: set(part.documents) for name, part in found.items()}


def ids(folder: Path) -> set[str]:
    return {content_hash(path.read_text(encoding="utf-8")) for path in folder.glob("*.txt")}


# The secret.

def test_a_lost_secret_is_refused_and_never_made_anew(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home.judge / "secret"
    with home.locked(), home.ledger() as ledger:
        keep = open_keep(home, ledger)
        assert judge(keep, "B")["outcome"] == "not_better"
        before, kept = contents(keep), path.read_bytes()
    path.unlink()
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(story(1, name).text, encoding="utf-8")
    assert run(["versus", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--home", str(home.path)]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("foundling: ")]
    assert len(told) == 1 and "secret is missing" in told[0] and "restore it from a copy" in told[0]
    assert not path.exists()
    path.write_bytes(kept)
    with home.locked(), home.ledger() as ledger:
        assert contents(open_keep(home, ledger)) == before


def test_before_the_first_verdict_nothing_hangs_on_it(home: Home) -> None:
    path, made = home.judge / "secret", set()
    for _ in range(2):
        with home.locked(), home.ledger() as ledger:
            made.add(open_keep(home, ledger).secret)
        path.unlink()
    assert len(made) == 2 and all(len(secret) == 32 for secret in made)


def test_a_secret_that_was_emptied_shares_nothing_out(home: Home) -> None:
    with home.locked(), home.ledger() as ledger:
        judge(open_keep(home, ledger), "B")
        (home.judge / "secret").write_bytes(b"")  # as a full disk leaves it
        with pytest.raises(BadInput, match="secret has 0 bytes"):
            serving(open_keep(home, ledger), "screen")


@pytest.mark.parametrize("count", [2, 3, 7])
def test_shares_are_even_whatever_the_secret_and_each_secret_has_its_own(count: int) -> None:
    names, places = [f"story {number}" for number in range(60)], [f"s{number}" for number in range(count)]
    first = shared_out(names, places, bytes(32))
    same = 0
    for number in range(1, 101):
        given = shared_out(names, places, bytes([number]) * 32)
        sizes = Counter(given.values())
        assert given.keys() == set(names) and len(sizes) == count and max(sizes.values()) - min(sizes.values()) <= 1
        same += sum(given[name] == first[name] for name in names)
    assert same / 6000 == pytest.approx(1 / count, abs=0.03)  # a secret tells nothing of what another one dealt


# Texts that grow.

def test_a_folder_that_grew_gives_what_is_new_and_moves_nothing(keep: Keep, tmp_path: Path) -> None:
    folder = written(tmp_path / "texts", range(14))
    assert add_texts(keep, folder)["documents"] == 14
    judge(keep, "B")
    before, at = contents(keep), serving(keep, "screen")[1]
    old = ids(folder)
    assert add_texts(keep, written(folder, range(30)))["documents"] == 16
    after = contents(keep)
    assert {name: after[name] for name in before} == before and len(after) == len(before) + 2
    assert set().union(*(after[name] for name in after.keys() - before.keys())) == ids(folder) - old
    assert sum(map(len, after.values())) == len(set().union(*after.values()))  # nothing stands in two slices
    assert sorted(len(after[name]) for name in after.keys() - before.keys()) == [8, 8]
    now = serving(keep, "screen")[1]
    assert (now.slice, now.tests, now.left) == (at.slice, 1, at.left + 1)


def test_the_same_folder_again_adds_nothing(keep: Keep, tmp_path: Path) -> None:
    folder = written(tmp_path / "texts", range(14))
    add_texts(keep, folder)
    before, head = contents(keep), keep.ledger.head()
    for number in range(14):
        (folder / f"{number}.txt").rename(folder / f"under another name {number}.txt")
    (folder / "under another name 0.txt").unlink()  # what the judge has it keeps, whatever becomes of the folder
    written(folder, range(12), "confirm")  # in the home's own hold-out since it was prepared
    written(folder, range(3), "vault")
    assert add_texts(keep, folder) == {"judge": "", "documents": 0}
    assert contents(keep) == before and keep.ledger.head() == head


def test_a_few_new_texts_are_refused_and_change_nothing(keep: Keep, tmp_path: Path) -> None:
    folder = written(tmp_path / "texts", range(14))
    add_texts(keep, folder)
    before, head = contents(keep), keep.ledger.head()
    with pytest.raises(BadInput, match="has 3 new texts in prose: give at least 12"):
        add_texts(keep, written(folder, range(17)))
    assert contents(keep) == before and keep.ledger.head() == head
    assert add_texts(keep, written(folder, range(26)))["documents"] == 12


def test_what_is_used_up_is_followed_by_text_that_nobody_was_judged_on(keep: Keep, tmp_path: Path) -> None:
    folder = written(tmp_path / "texts", range(14))
    add_texts(keep, folder)
    for number in range(40):
        judge(keep, f"B{number}")
    with pytest.raises(BadInput, match="All 2 hold-out slices"):
        serving(keep, "screen")
    used = set().union(*(part.documents for part in slices(keep, "screen").values()))
    assert add_texts(keep, folder)["documents"] == 0
    with pytest.raises(BadInput, match="All 2 hold-out slices"):
        serving(keep, "screen")
    add_texts(keep, written(folder, range(30)))
    held, at = serving(keep, "screen")
    assert (at.tests, at.promotions, at.left) == (0, 0, 0) and len(held.documents) == 8
    assert not held.documents.keys() & used and held.documents.keys() <= ids(folder)
    judge(keep, "one more")
    assert serving(keep, "screen")[1].tests == 1


def test_the_documents_of_a_home_are_those_of_its_files(keep: Keep) -> None:
    """The control: ids are what the tests above take them for."""
    wanted = {kind: set(by_id([story(number, kind) for number in range(12)])) for kind in BOTH}
    assert {name.split()[0]: documents for name, documents in contents(keep).items()} == wanted


def test_a_text_that_was_mended_since_is_not_new(keep: Keep, tmp_path: Path) -> None:
    """A letter changed: what chose would claim, and what is used up would serve again."""
    folder = written(tmp_path / "texts", range(14))
    add_texts(keep, folder)
    before = contents(keep)
    for path in folder.glob("*.txt"):
        path.write_text(path.read_text(encoding="utf-8").replace(" and ", " & ", 1), encoding="utf-8")
    assert add_texts(keep, folder) == {"judge": "", "documents": 0} and contents(keep) == before
    assert add_texts(keep, written(folder, range(14, 28)))["documents"] == 14


def test_of_a_large_folder_all_is_read(keep: Keep, tmp_path: Path) -> None:
    folder = written(tmp_path / "texts", range(14), "grown")
    (folder / "0 a book.txt").write_text("\n".join(f"word{n} stood beside word{n + 1}." for n in range(200_000)))
    assert (folder / "0 a book.txt").stat().st_size > 6_000_000
    assert add_texts(keep, folder)["documents"] == 15

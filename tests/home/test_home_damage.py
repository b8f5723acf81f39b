"""A flipped byte, a cut file, an added file, in every kind of file: said, by name, and the save before is used."""

import json
import random
import shutil

import pytest
from crash_worker import NEW, OLD
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundling.home import Home, commit_folder, read_verified, verify_folder, write_folder
from foundling.records.errors import BadInput
from foundling.records.jsonable import canonical_json

CASES = settings(max_examples=200, deadline=None, database=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3))


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1:]


@pytest.mark.parametrize("name", ["weights.bin", "sub/card.json", "extra.json", "manifest.json"])
def test_every_flip_and_cut_of_a_generation_falls_back(home, name):
    write_folder(home.generation(0), OLD)
    write_folder(home.generation(1), NEW)
    path = home.generation(1) / name
    whole = path.read_bytes()
    chance = random.Random(7)
    places = range(len(whole)) if len(whole) < 100 else chance.sample(range(len(whole)), 100)
    for damaged in [*(flipped(whole, p) for p in places), *(whole[:p] for p in places), whole + b"\n"]:
        path.write_bytes(damaged)
        notes: list[str] = []
        assert home.newest(notes) == 0
        assert len(notes) == 1 and notes[0].startswith("Generation 1 is passed over: ") and "generations/1" in notes[0]
    with pytest.raises(BadInput, match="generations/1"):
        home.verify()
    path.write_bytes(whole)
    assert home.newest(notes := []) == 1 and notes == []


def test_a_file_too_many_or_too_few_or_a_link(home):
    write_folder(home.generation(0), OLD)
    extra = home.generation(0) / "more.py"
    extra.write_bytes(b"import os")
    with pytest.raises(BadInput, match=r"more\.py is not listed"):
        verify_folder(home.generation(0))
    extra.unlink()
    extra.symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match=r"more\.py is a link"):
        verify_folder(home.generation(0))
    extra.unlink()
    verify_folder(home.generation(0))
    (home.generation(0) / "weights.bin").unlink()
    with pytest.raises(BadInput, match=r"weights\.bin is missing"):
        verify_folder(home.generation(0))
    with pytest.raises(BadInput, match="cannot be read"):
        read_verified(home.generation(0), "weights.bin")
    assert home.newest() is None


def test_read_verified(home):
    write_folder(home.generation(0), OLD)
    assert read_verified(home.generation(0), "sub/card.json") == OLD["sub/card.json"]
    (home.generation(0) / "sub/card.json").write_bytes(b"{}")
    with pytest.raises(BadInput, match="has changed"):
        read_verified(home.generation(0), "sub/card.json")
    with pytest.raises(BadInput, match="lists no file"):
        read_verified(home.generation(0), "../../being.toml")


def test_a_folder_that_a_candidate_filled_may_not_point_outside(home, tmp_path):
    made = home.path / "generations" / ".tmp-1-1"
    made.mkdir()
    with pytest.raises(BadInput, match="holds no files"):
        home.commit_generation(1, made)
    (made / "weights.bin").symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match="is a link"):
        home.commit_generation(1, made)
    (made / "weights.bin").unlink()
    (made / "weights.bin").write_bytes(b"w")
    (made / "manifest.json").write_bytes(b"forged")
    (made / "bad\nname").write_bytes(b"w")
    with pytest.raises(BadInput, match="plain name"):
        home.commit_generation(1, made)
    (made / "bad\nname").unlink()
    assert home.commit_generation(1, made) == verify_folder(home.generation(1))
    with pytest.raises(BadInput, match="use the next number"):
        home.commit_generation(1, made)
    with pytest.raises(BadInput, match="is not there"):
        home.commit_generation(2, made)
    with pytest.raises(FileExistsError):
        commit_folder(home.generation(1), home.generation(1))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/etc/x", "a/../b", "a//b", "manifest.json", "a\\b", "a\0", "./a", "a/"])
def test_names_that_lead_elsewhere(home, name):
    with pytest.raises(ValueError, match="no name for a file"):
        write_folder(home.generation(0), {name: b""})
    write_folder(home.generation(0), OLD)
    manifest = home.generation(0) / "manifest.json"
    forged = json.loads(manifest.read_bytes())
    forged["sha256"][name] = "0" * 64
    manifest.write_bytes(canonical_json(forged))
    with pytest.raises(BadInput, match="is damaged"):
        verify_folder(home.generation(0))


def test_content_named_folders_and_programs(home):
    address = home.commit_new("tokens", NEW)
    assert home.commit_new("tokens", NEW) == address and len(address) == 16
    program = home.programs / f"{home.commit_program(b'print(1)')}.py"
    assert home.verify() == {"folders": 1, "programs": 1, "generations": 0, "unrecorded_generations": 0, "events": 0}
    with pytest.raises(ValueError, match="no content-named folders"):
        home.commit_new("generations", NEW)

    program.write_bytes(b"print(2)")
    with pytest.raises(BadInput, match="has changed"):
        home.verify()
    home.commit_program(b"print(1)")

    # A folder that agrees with itself and not with its name has been exchanged as a whole.
    write_folder(home.tokens / address, OLD, replace=True)
    with pytest.raises(BadInput, match="not named by its content"):
        home.verify()
    assert home.commit_new("tokens", NEW) == address
    home.verify()
    (home.tokens / address / "weights.bin").write_bytes(b"")
    with pytest.raises(BadInput, match="has changed"):
        home.verify()
    home.commit_new("tokens", NEW)
    home.verify()
    shutil.rmtree(home.tokens)
    with pytest.raises(BadInput, match="tokens is missing"):
        home.verify()


def test_generations_against_the_ledger(home):
    with home.ledger() as ledger:
        for number in (0, 1):
            manifest = write_folder(home.generation(number), {"weights.bin": bytes([number])})
            ledger.append("generation", data={"n": number, "manifest": manifest})
    write_folder(home.generation(2), NEW)
    assert home.verify() == {"folders": 0, "programs": 0, "generations": 3, "unrecorded_generations": 1, "events": 2}
    write_folder(home.generation(1), {"weights.bin": b"another"}, replace=True)
    with pytest.raises(BadInput, match="generations/1 is not the one in the ledger"):
        home.verify()
    shutil.rmtree(home.generation(1))
    with pytest.raises(BadInput, match="generations/1 is missing but in the ledger"):
        home.verify()
    with home.ledger() as ledger:
        ledger.append("generation-removed", data={"n": 1})
    home.verify()
    with home.ledger() as ledger:
        ledger.append("generation", data={"n": "x"})
    with pytest.raises(BadInput, match="Event 4"):
        home.verify()


@CASES
@given(data=st.binary(max_size=60) | JSON.map(json.dumps).map(str.encode)
       | JSON.map(lambda value: canonical_json({"format": 1, "sha256": value})))
def test_any_bytes_as_manifest(home, data):
    folder = home.generation(0)
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes(data)
    try:
        verify_folder(folder)
    except BadInput as exc:
        assert "generations/0" in str(exc)
    else:
        assert data == b'{"format":1,"sha256":{}}\n'


def test_deep_or_huge_manifest_and_being(home):
    folder = home.generation(0)
    folder.mkdir()
    for data in (b"[" * 100_000, b" " * (16 * 1024 * 1024 + 1)):
        (folder / "manifest.json").write_bytes(data)
        with pytest.raises(BadInput, match=r"manifest\.json"):
            verify_folder(folder)
    for data in (b"a = " + b"[" * 100_000, b" " * (1024 * 1024 + 1)):
        (home.path / "being.toml").write_bytes(data)
        with pytest.raises(BadInput, match=r"being\.toml"):
            Home.open(home.path)


@CASES
@given(data=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
       | st.sampled_from([b"format = 1", b"format = 2", b'format = 1\nname = "3"\nborn = "x"\n[settings]',
                          b"format = 1\nname = 3\n[settings]"]))
def test_any_bytes_as_being(home, data):
    (home.path / "being.toml").write_bytes(data)
    with pytest.raises(BadInput, match=r"being\.toml") as caught:
        Home.open(home.path)
    assert "\n" not in str(caught.value)

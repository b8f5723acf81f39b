"""Archives and packed files, kind and hostile: what can be read is read, and memory and disk are not theirs to take."""

import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
import zstandard

from foundling.corpus import Dropped, gather
from foundling.corpus.sources import Limits
from foundling.records import BadInput, Story

TEXT = b"Ida carried the blue jug to the well.\n"
SMALL = Limits(ratio_from=2**20)  # so that small bombs are bombs
PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, method)
    return room.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w", format=form) as archive:
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return room.getvalue()


def got(place: Path, name: str, data: bytes, limits: Limits = SMALL) -> tuple[dict[str, str], dict[str, str]]:
    """Texts and reasons by their sources, of a folder that also holds a good story."""
    place.mkdir(exist_ok=True)
    (place / "good.txt").write_bytes(TEXT)
    (place / name).write_bytes(data)
    found = list(gather([place], limits=limits))
    texts = {f.source: f.text for f in found if isinstance(f, Story)}
    assert texts.pop("good.txt") == TEXT.decode().strip()
    return texts, {f.source: f.reason for f in found if isinstance(f, Dropped)}


@pytest.mark.parametrize("suffix", PACK)
def test_packed_files_are_read_in_all_their_pieces(tmp_path, suffix):
    pack = PACK[suffix]
    data = pack(TEXT) + pack(b"") + pack(b"And back.\n")
    texts, reasons = got(tmp_path / "a", f"jug.txt.{suffix}", data)
    assert texts == {"jug.txt": "Ida carried the blue jug to the well.\nAnd back."} and reasons == {}
    texts, reasons = got(tmp_path / "b", f"jug.jsonl.{suffix}", pack(b'{"text": "one two three"}\n')[:-3])
    assert reasons == {"jug.jsonl": "breaks off in the middle: fetch it again"}
    (story,) = gather([tmp_path / "a" / f"jug.txt.{suffix}"])
    assert story.title == "jug"


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_zeros_at_the_end_are_filling_and_other_bytes_are_damage(tmp_path, suffix):
    data = PACK[suffix](b'{"text": "one two three"}\n')
    texts, reasons = got(tmp_path / "a", f"j.jsonl.{suffix}", data + bytes(1_000))
    assert list(texts.values()) == ["one two three"] and reasons == {}
    texts, reasons = got(tmp_path / "b", f"j.jsonl.{suffix}", data + b"rubbish")
    assert list(texts.values()) == ["one two three"] and list(reasons.values()) == ["is damaged: fetch it again"]


@pytest.mark.parametrize("suffix", PACK)
def test_a_packed_bomb_is_stopped(tmp_path, suffix):
    texts, reasons = got(tmp_path / "a", f"b.txt.{suffix}", PACK[suffix](b"boom " * 600_000))
    assert texts == {} and reasons == {"b.txt": "unpacks to more than 200 times its size, as only a trap does"}
    texts, reasons = got(tmp_path / "a", f"b.txt.{suffix}", PACK[suffix](b"boom " * 9_000), Limits(unpacked=10_000))
    assert texts == {} and reasons == {"b.txt": "unpacks to more than 9 KB"}


def test_packed_a_hundred_times_and_packed_nothings(tmp_path):
    data = TEXT
    for _ in range(100):
        data = gzip.compress(data)
    assert got(tmp_path / "a", "x.gz", data)[1] == {"x": "is packed more than 4 times over"}
    nothing = got(tmp_path / "b", "x.txt.gz", gzip.compress(b"") * 20_000)[1]
    assert nothing == {"x.txt": "is made of more than 10,000 packed pieces that hold nothing"}


ARCHIVES = {
    "zip": zipped, "stored": lambda files: zipped(files, zipfile.ZIP_STORED), "tar": tarred,
    "bzip2 zip": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "old tar": lambda files: tarred(files, tarfile.GNU_FORMAT), "tar.gz": lambda files: gzip.compress(tarred(files)),
    "tar.zst": lambda files: zstandard.compress(tarred(files)),
}


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES)
def test_members_come_in_order_and_their_names_lead_nowhere(tmp_path, make):
    deep = "a/" * 80 + "x.txt"
    files = {"two.txt": TEXT, "../../out.txt": b"Out.\n", "/etc/abs.txt": b"Abs.\n", "c:\\win.txt": b"Win.\n",
             "b/one.txt.gz": gzip.compress(b"One.\n"), ".hid.txt": TEXT, "__MACOSX/x.txt": TEXT, deep: b"Deep.\n",
             "empty.txt": b"", "caf\u00e9.md": b"Caf\xc3\xa9.\n", "multi.txt": b"x" * 100_000}
    before = sorted(tmp_path.parent.rglob("*"))
    place = tmp_path.parent / f"{tmp_path.name}-in"
    texts, reasons = got(place, "books.arc", make(files))
    assert list(texts) == ["books.arc/two.txt", "books.arc/out.txt", "books.arc/etc/abs.txt", "books.arc/c:/win.txt",
                           "books.arc/b/one.txt", f"books.arc/{deep}", "books.arc/caf\u00e9.md", "books.arc/multi.txt"]
    assert texts["books.arc/b/one.txt"] == "One." and len(texts["books.arc/multi.txt"]) == 100_000
    assert reasons == {"books.arc/empty.txt": "is empty"}
    assert [p for p in sorted(tmp_path.parent.rglob("*")) if place not in (p, *p.parents)] == before


def test_archives_in_archives_are_opened_once(tmp_path):
    inner = zipped({"jug.txt": TEXT})
    for outer in (zipped({"in.zip": inner}), tarred({"in.zip": inner}), zipped({"in.zip": tarred({"jug.txt": TEXT})})):
        texts, reasons = got(tmp_path, "out.zip", outer)
        assert list(texts) == ["out.zip/in.zip/jug.txt"] and reasons == {}
    third = zipped({"out.zip": zipped({"in.zip": inner})})
    assert got(tmp_path, "out.zip", third) == ({}, {
        "out.zip/out.zip/in.zip": "is an archive too deep inside of others: unpack it first"})
    limits = Limits(whole=100)
    assert list(got(tmp_path, "out.zip", zipped({"in.zip": inner}), limits)[1].values()) == [
        "is an archive of more than 100 bytes inside of another: unpack it first"]


def test_links_devices_and_holes_in_a_tar_are_left_out(tmp_path):
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as archive:
        for name, kind in (("s.txt", tarfile.SYMTYPE), ("h.txt", tarfile.LNKTYPE), ("d.txt", tarfile.CHRTYPE),
                           ("p.txt", tarfile.FIFOTYPE), ("folder", tarfile.DIRTYPE)):
            header = tarfile.TarInfo(name)
            header.type, header.linkname = kind, "/etc/passwd"
            archive.addfile(header)
        header = tarfile.TarInfo("holes.txt")
        header.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.realsize": str(2**50)}
        archive.addfile(header)
        header = tarfile.TarInfo("jug.txt")
        header.size = len(TEXT)
        archive.addfile(header, io.BytesIO(TEXT))
    texts, reasons = got(tmp_path, "a.tar", room.getvalue())
    assert list(texts) == ["a.tar/jug.txt"]
    assert list(reasons.items()) == [
        ("a.tar/s.txt", "is a link"), ("a.tar/h.txt", "is a link"), ("a.tar/d.txt", "is a device"),
        ("a.tar/p.txt", "is a pipe"), ("a.tar/holes.txt", "is a file with holes in it")]


def test_a_broken_tar_gives_what_came_before_and_one_reason(tmp_path):
    whole = tarred({"one.txt": TEXT, "two.txt": b"y" * 5_000, "three.txt": TEXT})
    for cut in (1_600, 2_000, 5_000):
        texts, reasons = got(tmp_path, "a.tar", whole[:cut])
        assert list(texts) == ["a.tar/one.txt"]
        assert set(reasons.values()) <= {"breaks off in the middle: fetch it again", "is damaged: fetch it again"}
        assert len(reasons) == 1, (cut, reasons)
    damaged = bytearray(whole)
    damaged[1_024 + 150] ^= 1  # in the checksum of the second header
    texts, reasons = got(tmp_path, "a.tar", bytes(damaged))
    assert (list(texts), reasons) == (["a.tar/one.txt"], {"a.tar": "is damaged: fetch it again"})


def test_a_tar_whose_name_is_endless_needs_no_memory(tmp_path):
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2**33
    assert got(tmp_path, "a.tar", header.tobuf(tarfile.GNU_FORMAT) + b"x" * 9_999)[1] == {
        "a.tar": "has a member whose name is longer than a name can be"}


def test_zips_that_lie(tmp_path):
    data = bytearray(zipped({"a.txt": b"y" * 5_000, "b.txt": TEXT}))
    lying = bytearray(data)
    at = lying.rfind(b"PK\1\2", 0, lying.rfind(b"PK\1\2"))
    struct.pack_into("<L", lying, at + 24, 100)  # the first says that it holds 100 bytes
    texts, reasons = got(tmp_path, "a.zip", bytes(lying))
    assert (list(texts), reasons) == (["a.zip/b.txt"], {"a.zip/a.txt": "is damaged: fetch it again"})
    locked = bytearray(data)
    locked[at + 8] |= 1
    assert got(tmp_path, "a.zip", bytes(locked))[1] == {
        "a.zip/a.txt": "is encrypted: unpack it with its password first"}
    strange = bytearray(data)
    struct.pack_into("<H", strange, at + 10, 99)
    assert got(tmp_path, "a.zip", bytes(strange))[1] == {
        "a.zip/a.txt": "is packed in a way that is not read here (method 99): pack it anew"}
    link = bytearray(data)
    struct.pack_into("<L", link, at + 38, 0o120777 << 16)
    assert got(tmp_path, "a.zip", bytes(link))[1] == {"a.zip/a.txt": "is a link"}
    many = bytearray(data)
    struct.pack_into("<HHL", many, many.rfind(b"PK\5\6") + 8, 65_000, 65_000, 2**31)
    assert got(tmp_path, "a.zip", bytes(many))[1] == {"a.zip": "has a table of contents of more than 128 MB"}
    assert got(tmp_path, "a.zip", bytes(data[:-30]))[1] == {"a.zip": "is damaged: fetch it again"}
    assert got(tmp_path, "a.zip", bytes(data), Limits(members=1))[1] == {"a.zip": "has more than 1 files in it"}


def overlapping(count: int, size: int) -> bytes:
    """A zip whose entries all quote the same bytes (Fifield 2019, "A better zip bomb", in its simplest form)."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"boom " * (size // 5)
    kernel = squeezer.compress(plain) + squeezer.flush()
    fields = (0, 8, 0, 33, zlib.crc32(plain), len(kernel), len(plain), 1, 0)
    local = struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, *fields) + b"x" + kernel
    central = b"".join(
        struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, *fields, 0, 0, 0, 0, 0) + b"x" for _ in range(count))
    return local + central + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(central), len(local), 0)


def test_entries_that_quote_the_same_bytes_are_counted_each_time(tmp_path):
    data = overlapping(1_000, 50_000)  # 50 MB out of 50 KB
    (tmp_path / "b.zip").write_bytes(data)
    found = list(gather([tmp_path / "b.zip"], limits=SMALL))
    reasons = [f.reason for f in found if isinstance(f, Dropped)]
    # Later versions of Python see for themselves that entries overlap.
    trap, damage = "unpacks to more than 200 times its size, as only a trap does", "is damaged: fetch it again"
    assert reasons and set(reasons) <= {trap, damage}
    assert sum(len(f.text) for f in found if isinstance(f, Story)) < 200 * len(data)


def test_an_archive_named_directly_is_refused_when_it_holds_nothing(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped({"x.txt": b""}))
    with pytest.raises(BadInput, match=r"a\.zip is empty\.$"):
        list(gather([tmp_path / "a.zip"]))
    (tmp_path / "b.zip").write_bytes(zipped({}))
    with pytest.raises(BadInput, match=r"b\.zip has no file in it that could be read: give a folder of stories\.$"):
        list(gather([tmp_path / "b.zip"]))


def packed_rows(path: Path, megabytes: int) -> None:
    """A gz of JSON lines that expands to so many MB: the same 5 MB again and again, each packed for itself."""
    draw = random.Random(0)
    words = [f"w{draw.randrange(10**6):06d}" for _ in range(8_000)]
    rows = b"".join(json.dumps({"text": " ".join(words[i:i + 1_000])}).encode() + b"\n" for i in range(0, 6_550, 10))
    piece = gzip.compress(rows, 1)
    with path.open("wb") as file:
        for _ in range(megabytes * 2**20 // len(rows)):
            file.write(piece)


@pytest.mark.parametrize(("megabytes", "taken"), [(300, 100), (40, 10**9)])
def test_a_packed_stream_needs_no_more_memory_than_a_small_one(tmp_path, megabytes, taken):
    packed_rows(tmp_path / "rows.jsonl.gz", megabytes)
    list(gather([Path(__file__).parents[2] / "README.md"]))  # imports count for nobody
    tracemalloc.start()
    try:
        size = 0
        for number, story in enumerate(gather([tmp_path / "rows.jsonl.gz"])):
            assert isinstance(story, Story)
            size += len(story.text)
            if number > taken:
                break
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50e6 and size > min(taken * 5_000, megabytes * 900_000), (peak, size)

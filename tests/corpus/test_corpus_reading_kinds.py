"""What a source is, found in its bytes: a suffix that lies fools nobody."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading import CONTAINERS, HEAD, READERS, Opened, detect, look, read
from foundling.corpus.reading.registry import reader

DATA = Path(__file__).parents[3] / "shared" / "data"


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return file.getvalue()


PROSE = "Ida carried the blue jug to the well. It was late, and cold.\n\n\"Who goes there?\" asked the goat.\n" * 5
SAMPLES = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "epub": zipped("mimetype", "META-INF/container.xml"),
    "docx": zipped("[Content_Types].xml", "word/document.xml"), "zip": zipped("a.txt"), "tar": tarred(),
    "gzip": gzip.compress(b"x"), "bzip2": bz2.compress(b"x"), "xz": lzma.compress(b"x"),
    "zstd": b"\x28\xb5\x2f\xfd\x00", "parquet": b"PAR1\x15", "warc": b"WARC/1.0\r\nWARC-Type: response\r\n",
    "wikipedia": b'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11">',
    "feed": b'<?xml version="1.0"?>\n<!-- made by hand -->\n<rss version="2.0"><channel>',
    "stackexchange": b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n<posts>\n  <row Id="1" />',
    "mbox": b"From ada@example.org Sat Jan  3 01:05:34 1996\nFrom: Ada <ada@example.org>\nSubject: jugs\n\nHello\n",
    "discourse": b'{"id": 7, "title": "Jugs", "post_stream": {"posts": [{"username": "ada"}]}}',
    "chat": b'{\n "name": "Ada",\n "messages": [\n  {"id": 1, "from": "Ada", "text": "hi"}]}',
    "jsonl": b'{"text": "one"}\n{"text": "two"}\n', "csv": b"id,text\n1,Ida had the jug\n2,The goat slept\n3,Rain\n",
    "irc": b"[12:01] <ada> hello\n=== bo [~b@host] has joined #jug\n[12:02] <bo> hi\n12:03 <ada> good\n",
    "subtitles": b"1\r\n00:00:01,000 --> 00:00:02,000\r\nHello.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nBye.\r\n",
    "play": b"ACT I\n\nIDA. Who has the jug?\n\nGOAT. Not I.\n\nIDA. Then who?\n\nGOAT. Ask the well.\n\nIDA. Yes.\n",
    "gutenberg": b"\xef\xbb\xbfThe Project Gutenberg EBook of Jugs, by Ada\r\n\r\nTitle: Jugs\r\n",
    "html": b"\n<!DOCTYPE html>\n<html><body><p>Ida</p></body></html>", "text": PROSE.encode(),
    "binary": b"GIF89a\0\1\2\3", "unknown": b"",
}


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("name", ["x", "x.txt", "folder.md/x.bin", "x.pdf", "x.jpg"])
def test_the_content_decides_whatever_the_name_says(kind, name):
    assert detect(SAMPLES[kind], name) == kind


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind not in ("text", "csv")])
def test_markdowns_suffix_does_not_hide_what_a_file_is(kind):
    assert detect(SAMPLES[kind], "notes.md") == kind


MORE = {
    "a web page without a head": (b"<p>Ida</p>\n<p>carried <b>the jug</b></p>" * 3, "a.md", "html"),
    "Windows line ends": (SAMPLES["irc"].replace(b"\n", b"\r\n"), "log", "irc"),
    "WhatsApp, Android": (b"12/31/20, 11:59 - Ada: hi\n12/31/20, 12:00 - Bo: oh\nand more\n", "c.txt", "chat"),
    "WhatsApp, iPhone": ("\u200e[31.12.20, 23:59:59] Ada: hi\n[31.12.20, 23:59:59] Bo: oh\n".encode(), "", "chat"),
    "WebVTT": (b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", "x.txt", "subtitles"),
    "other XML": (b"<?xml version='1.0'?>\n<TEI><text>Ida ran.</text></TEI>", "x.txt", "html"),
    "a program's comments": (b"# one\n# two\n# three\n# four\nset(A b)\n" * 9, "CMakeLists.txt", "text"),
    "Atom": (b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>', "x.xml", "feed"),
    "speakers on lines of their own": (b"IDA\nWho is there?\n\nTHE GOAT\nI am.\n\nIDA\nCome in.\n\nTHE GOAT\n"
                                       b"Thanks.\n\nIDA (laughing)\nSit.\n", "x.txt", "play"),
    "Markdown by suffix": (PROSE.encode(), "x.md", "markdown"),
    "Markdown by its marks": (b"# Jugs\n\n**Blue** ones and [red](http://x.org/r).\n\n## More\n\n```\ncode\n```\n",
                              "x.txt", "markdown"),
    "a scene": (b"---\nform: scene\n---\nAda: hi\nBo: hello\n", "x.txt", "text"),
    "semicolons": (b"who;words\nada;hi\nbo;hello\nada;so\n", "x.txt", "csv"), "tabs": (b"a\tb\n1\t2\n", "x.tsv", "csv"),
    "prose with commas": (b"Ida, who was late, ran.\nThe goat, being old, did not.\nThey met, at last, there.\n" * 3,
                          "x.txt", "text"),
    "headings in capitals": (b"CHAPTER I.\n\nIda ran.\n\nCHAPTER II.\n\nThe goat slept.\n\nCHAPTER III.\n\nRain.\n" * 3,
                             "x.txt", "text"),
    "UTF-16 with a mark": (PROSE.encode("utf-16"), "x.txt", "text"),
    "UTF-16 without a mark": (PROSE.encode("utf-16-be"), "x.txt", "text"),
    "Latin-1": ("Das Mädchen lief über die Brücke. ".encode("latin-1") * 9, "x.txt", "text"),
    "a spreadsheet": (zipped("[Content_Types].xml", "xl/workbook.xml"), "x.docx.zip", "binary"),
    "an older marker": (b"words\n" * 50 + b"*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n", "x",
                        "gutenberg"),
    "a text about PDF": (b"The first bytes are %PDF-1.4 in a file.\n", "x.txt", "text"),
    "BZh in prose": (b"BZh9 is how it begins.\n", "x.txt", "text"),
    "a list of objects": (b'[\n {"text": "one"},\n {"text": "two"}\n]', "x.json", "jsonl"),
    "a stage note in brackets": (b"[She leaves.] And nothing more was said of it.\n", "x.txt", "text"),
}


@pytest.mark.parametrize(("data", "name", "kind"), MORE.values(), ids=MORE)
def test_kinds_in_their_other_shapes(data, name, kind):
    assert detect(data[:HEAD], name) == kind


@pytest.mark.parametrize("piece", [
    "A", "AA ", " ", "<a ", "<!--", "[", "{", '{"', "1,", "12:", "-->", "From a 2001\n", "*", "Project Gutenberg ",
    "[12:34] <", "#" * 6, "\n", '"', "[1.1.20, 1:1"])
def test_64_kb_of_anything_are_looked_at_in_no_time(piece):
    for start in ("", "<", "AA", "From x 2001\na: b\n"):
        assert detect((start + piece * (HEAD // len(piece))).encode()[:HEAD], "x.md")  # quadratic would take minutes


def test_every_kind_has_a_reader_or_is_a_container():
    assert {kind for kind in SAMPLES if kind not in READERS} == {*CONTAINERS, "binary", "unknown"}
    assert "markdown" in READERS and all(callable(reader(kind)) for kind in READERS)


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind in READERS])
def test_a_beginning_alone_gives_stories_or_reasons_of_its_own_kind(kind):
    found = list(read(Opened(name="sample", stream=io.BytesIO(SAMPLES[kind]))))
    assert found
    for thing in found:
        assert thing.reason if isinstance(thing, Dropped) else thing.origin.kind == kind


class Pipe(io.RawIOBase):
    """A stream that cannot go back and gives seven bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self.inside = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self.inside.readinto(memoryview(buffer)[:7])


def test_a_stream_that_cannot_go_back_is_looked_at_and_read_whole():
    data = PROSE.encode() * 400
    head, stream = look(Pipe(data))
    assert head == data[:HEAD] and stream.read() == data
    (story,) = read(Opened(name="a/blue-jug.txt", stream=Pipe(data)))
    assert (story.title, story.text, story.origin.kind) == ("blue jug", (PROSE * 400).strip(), "text")


@pytest.mark.parametrize(("kind", "reason"), [
    ("unknown", "is empty"), ("binary", "is a binary file, not text"),
    ("gzip", "is packed once more (gzip): unpack it and give what is inside")])
def test_what_no_reader_reads_is_said(kind, reason):
    (drop,) = read(Opened(name="x.txt", stream=io.BytesIO(SAMPLES[kind])))
    assert (drop.reason, drop.step, drop.source) == (reason, "read", "x.txt")


@pytest.mark.skipif(not DATA.exists(), reason="the shared data folder is not beside this checkout")
def test_real_files_are_what_they_are():
    for path in sorted((DATA / "eval" / "ubuntu_irc").glob("*.ascii.txt")):
        assert detect(path.read_bytes()[:HEAD], path.name) == "irc"
    for folder, kind in (("raw", "gutenberg"), ("train", "text"), ("more", "text")):
        for path in sorted((DATA / "stories" / folder).glob("*.txt")):
            assert detect(path.read_bytes()[:HEAD], path.name) == kind, path.name

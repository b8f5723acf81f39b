"""No dump is too long for the memory; nothing broken, lying or cut raises or hangs: it gets one sentence."""
# ruff: noqa: E501 (lines of the formats stand as they are)

import gzip
import io
import json
import random
import time
import tracemalloc

import pyarrow
import pyarrow.parquet as parquet
import pytest

from foundling.corpus import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.registry import reader
from foundling.records import Story, parse_scene


class Endless(io.RawIOBase):
    """A head, one piece over and over up to `size` bytes, and an end; it cannot go back."""

    def __init__(self, head, piece, end, size):
        self._next, self._piece, self._end, self._left = head, piece * (8192 // len(piece) + 1), end, size

    def read(self, size=-1):
        count = max(0, min(size - len(self._next), self._left)) // len(self._piece) + 1
        if self._left > 0:
            self._next += self._piece * count
            self._left -= len(self._piece) * count
        if self._left <= 0:
            self._next, self._end = self._next + self._end, b""
        out, self._next = self._next[:size], self._next[size:]
        return out


def record(kind, body, content):
    return (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://x.org/\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: {content}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode() + body + b"\r\n\r\n"


WET = record("conversion", b"The lamps were lit along the quay. " * 300, "text/plain")
PAGE = record("response", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>T</title><p>" + b"The lamps. " * 30,
              "application/http; msgtype=response")
ARTICLE = b"<page><title>T</title><ns>1</ns><revision><text>" + b"words " * 3000 + b"</text></revision></page>"
LONG = b"word " * 40
MAIL = (b"From a@x.org Mon Sep  6 00:01:00 2010\nFrom: A <a@x.org>\nSubject: Jug %d\nMessage-ID: <1@x>\n"
        b"References: <0@x>\n\nWords.\n> quoted\n\n")
CUE = b"1\n00:00:01,000 --> 00:00:02,000\nBEN: Words\n\n"
STREAMS = {
    "warc": (b"", WET, b""),
    "wikipedia": (b"<mediawiki>", ARTICLE, b"</mediawiki>"),
    "stackexchange": (b"<posts>", b'<row Id="1" PostTypeId="2" Body="' + LONG + b'"/>', b"</posts>"),
    "discourse": (b"[", b'{"title": "T", "posts": [{"username": "a", "cooked": "' + LONG + b'"}]},', b"{}]"),
    "irc": (b"", b"[12:00] <ada> " + LONG + b"\n", b""),
    "chat": (b'{"name": "X", "messages": [', b'{"from": "a", "text": "Yes, words of some length, and a few more of them."},', b"{}]}"),
    "subtitles": (b"", CUE * 20, b""),
    "play": (b"", b"SCENE I.\nADA. " + LONG + b"\nBEN. Yes.\n", b""),
    "jsonl": (b"", b'{"text": "' + LONG + b'"}\n', b""),
    "csv": (b"text,author\n", LONG + b",Ada\n", b""),
}


@pytest.mark.parametrize("kind", sorted(STREAMS))
def test_a_long_dump_needs_no_more_memory_than_a_short_one(kind):
    def peak(size):
        tracemalloc.start()
        count = sum(1 for _ in reader(kind)(Opened(name="d", stream=Endless(*STREAMS[kind], size))))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top, count

    size = 250_000 if kind == "subtitles" else 100_000 if kind == "play" else 300_000  # tracing makes all of this slow
    small, few = peak(size)
    large, many = peak(3 * size)
    assert large < small + 1.3 * size and (many > few or kind in ("wikipedia", "subtitles"))


def table():
    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"text": ["One two three", "Four"], "title": ["a", "b"]}), out)
    return out.getvalue()


SAMPLES = {kind: head + piece[:3000] + piece + end for kind, (head, piece, end) in STREAMS.items()} | {
    "warc": gzip.compress(PAGE) + gzip.compress(WET[:2000]) + PAGE,
    "mbox": MAIL * 3,
    "feed": b"<rss version='2.0'><channel><title>F</title><item><title>T</title><description>" + b"Words. " * 9
            + b"</description><link>http://x/1</link></item></channel></rss>",
    "parquet": table(),
}


def mutated(data, chance):
    """The bytes with something cut, swapped, doubled, zeroed or put in between."""
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((1, 4, 40, 400)))
    odd = chance.choice((b"", b"\0" * 50, b"\xff\xfe", b"<", b'"', b"[" * 3000, b'{"a":' * 3000, b"\n" * 9, b"<a>" * 2000,
                         b"\xed\xa0\x80", b"-->", b"{{" * 500, b"=" * 999, b"9" * 5000, data[start:end] * 3))
    return data[:start] + odd + data[end:] if chance.random() < 0.8 else data[:start]


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_nothing_broken_raises_or_hangs(kind):
    chance = random.Random(7)
    began = time.monotonic()
    for _ in range(20):
        for thing in reader(kind)(Opened(name="x/y.z", stream=io.BytesIO(mutated(SAMPLES[kind], chance)))):
            thing.title.encode()
            if isinstance(thing, Dropped):
                assert thing.reason and "\n" not in thing.reason and len(thing.reason) < 1000
            else:
                assert isinstance(thing, Story) and thing.text.encode().strip() and thing.origin.kind == kind
                assert thing.form == "prose" or parse_scene(thing.text)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_nothing_and_nonsense_get_one_sentence(kind):
    for data in (b"", b"\0" * 2000, b"\xff" * 2000):
        found = list(reader(kind)(Opened(name="n", stream=io.BytesIO(data))))
        assert len(found) == 1 and isinstance(found[0], Dropped)


class Breaking(io.BytesIO):
    """A stream that fails where its bytes end, as a truncated gzip file does."""

    def read(self, size=-1):
        data = super().read(size)
        if not data:
            raise EOFError("Compressed file ended before the end-of-stream marker was reached")
        return data


@pytest.mark.parametrize("kind", ["irc", "jsonl", "csv", "chat", "subtitles", "play", "mbox", "warc", "discourse"])
def test_what_came_before_a_break_is_kept(kind):
    *kept, last = reader(kind)(Opened(name="n", stream=Breaking(SAMPLES[kind])))
    assert any(isinstance(thing, Story) for thing in kept)
    assert isinstance(last, Dropped) and "cut off" in last.reason


def test_deep_and_long_rows():
    deep, good = reader("jsonl")(Opened(name="n", stream=io.BytesIO(
        b'{"text": ' + b"[" * 100_000 + b'}\n{"text": "Yes"}\n')))
    assert isinstance(deep, Dropped) and good.text == "Yes"
    long, good = reader("jsonl")(Opened(name="n", stream=io.BytesIO(
        b'{"text": "' + b"a" * (17 * 2**20) + b'"}\n{"text": "Yes"}\n')))
    assert long.reason == "has more than 16 MB on one line" and good.text == "Yes"
    whole, = reader("chat")(Opened(name="n", stream=io.BytesIO(b'{"messages": [' + b'{"a":' * 100_000)))
    assert "too deeply" in whole.reason


def test_one_endless_string_is_given_up_in_time():
    began = time.monotonic()
    found = list(reader("chat")(Opened(name="n", stream=Endless(b'[{"a": "', b"x" * 1000, b"", 90_000_000))))
    assert len(found) == 1 and "more than 32 million characters" in found[0].reason
    assert time.monotonic() - began < 10


def test_surrogates_do_not_get_into_a_story():
    story, = reader("jsonl")(Opened(name="n", stream=io.BytesIO(json.dumps({"text": "a\ud800b\0c"}).encode())))
    assert story.text == "a?bc"

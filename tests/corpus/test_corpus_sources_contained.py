"""The process that parses what may hang: it answers, or is killed in time, and whoever asked goes on."""

import io
import os
import time
from pathlib import Path

import pytest

from foundling.corpus import Dropped, gather
from foundling.corpus.reading.opened import Opened
from foundling.corpus.sources import Limits
from foundling.corpus.sources.contained import Contained
from foundling.records import Origin, Story

LIMITS = Limits(seconds=1.0, memory=900 * 2**20, whole=3 * 2**20)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def contained(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    with Contained(LIMITS, reader="hostile_readers:read") as process:
        yield process


def asked(contained: Contained, data: bytes) -> Story | Dropped:
    opened = Opened(name="caf\u00e9.pdf", stream=io.BytesIO(data), origin=Origin(author="Ida"))
    (found,) = contained.read(opened)
    assert found.source == "caf\u00e9.pdf"
    return found


def test_it_answers_many_with_one_process_and_survives_whatever_they_do(contained):
    first = asked(contained, b"fine " + b"x" * 2_500_000)
    assert isinstance(first, Story) and first.origin == Origin(author="Ida")
    size, process = first.text.split()
    assert size == "2500005" and int(process) != os.getpid()
    assert asked(contained, b"fine again").text.split()[1] == process
    assert asked(contained, b"drop").reason == "has no text in it: is it scanned?"
    assert asked(contained, b"raise").reason == "cannot be read (ValueError)"
    assert asked(contained, b"leave").reason == "cannot be read (SystemExit)"
    assert asked(contained, b"large " * 2**20).reason == "is larger than 3 MB: split it into smaller files"
    assert asked(contained, b"swell").reason == "needs more than 900 MB of memory to read"
    ends = {b"die": "made the program that parses it stop", b"hang": "took longer than 1 seconds to read"}
    for word, reason in ends.items():
        began = time.monotonic()
        assert asked(contained, word).reason == reason
        assert time.monotonic() - began < 8
        another = asked(contained, b"fine")
        assert isinstance(another, Story) and another.text.split()[1] != process


def test_a_stream_that_breaks_half_way_leaves_no_half_document_behind(contained):
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 10:
                raise OSError("broken")
            return super().read(20)
    with pytest.raises(OSError, match="broken"):
        list(contained.read(Opened(name="x", stream=Breaking(b"fine" * 50))))
    assert asked(contained, b"fine").text.split()[0] == "4"


def test_nothing_is_started_for_plain_text_and_nothing_is_left_running(tmp_path, monkeypatch):
    (tmp_path / "jug.txt").write_text("Ida carried the blue jug.\n")
    started = []
    monkeypatch.setattr(Contained, "_started", lambda self: started.append(self))
    assert len(list(gather([tmp_path]))) == 1 and not started


def test_a_document_that_is_parsed_whole_goes_to_the_process(tmp_path):
    words = "Ida carried the blue jug to the well. " * 20
    (tmp_path / "a.html").write_text(f"<html><body><p>{words}</p></body></html>")
    (tmp_path / "b.pdf").write_bytes(PDF)
    story, drop = gather([tmp_path])
    assert isinstance(story, Story) and "blue jug" in story.text and story.origin.kind == "html"
    assert isinstance(drop, Dropped) and drop.source == "b.pdf" and drop.reason

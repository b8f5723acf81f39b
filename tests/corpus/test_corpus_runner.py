"""Shards give the same bytes on any number of workers, drops keep their story, and no worker outlives its parent."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from foundling.corpus import Dropped
from foundling.corpus.duplicates import signatures
from foundling.corpus.runner.milling import FILES, Milled, key_of, mill_shard
from foundling.corpus.runner.packing import write_shards
from foundling.corpus.runner.pool import mill
from foundling.corpus.runner.shelf import Shelf
from foundling.corpus.shards import lines_of, read_drops, read_stories
from foundling.corpus.splits import cut_one
from foundling.records import BadInput, Story

FACTS = {"stories": 4, "parts": 3, "dropped": {"even": 1}, "changed": {"shout": 2}, "found": {"bell": 3}}


@dataclass(frozen=True, kw_only=True)
class Bell:
    kind: str = "bell"


@dataclass(frozen=True, kw_only=True)
class Shout:
    """Bells become loud; says what it found."""

    name: str = "shout"

    def found(self, text: str) -> list[Bell]:
        return [Bell()] * text.count("bell")

    def __call__(self, story: Story) -> Story:
        return replace(story, text=story.text.replace("bell", "BELL"))


@dataclass(frozen=True, kw_only=True)
class Even:
    """Leaves out what has an even number in its title; stumbles, sleeps or ends its process where the title says so."""

    name: str = "even"

    def __call__(self, story: Story) -> Story | Dropped:
        if "stumble" in story.title:
            raise ValueError("lost its footing")
        if "wrong" in story.title:
            raise BadInput("The step is set up wrongly: mend it.")
        if "die" in story.title:
            os.kill(os.getpid(), signal.SIGKILL)
        if "sleep" in story.title:
            time.sleep(60)
        if int(story.title.split()[-1]) % 2:
            return story
        return Dropped(title=story.title, reason="has an even number", step=self.name, source=story.source, story=story)


STEPS = (Shout(), Even())


def story(number: int, title: str = "Story", words: int = 40) -> Story:
    rng = random.Random(number)
    text = "\n\n".join(" ".join(rng.choice(["sea", "lamp", "goat", "bread"]) + str(rng.randrange(99))
                                for _ in range(words)) for _ in range(3))
    return Story(title=f"{title} {number}", text=f"{text} end {number}", source="s.txt")


def shards(folder: Path, *groups: list[Story]) -> list[Path]:
    for n, group in enumerate(groups):
        (folder / f"{n:03d}.jsonl").write_bytes(lines_of(group))
    return sorted(folder.glob("*.jsonl"))


def test_a_shard_becomes_parts_drops_sketches_and_figures():
    told = [story(1).with_text("A bell rang and a bell answered, far over the sea."), story(2),
            story(3, words=900), Story(title="Scene 5", text="Ada: a bell!\nBen: no.", source="s", form="scene")]
    got = mill_shard(lines_of(told), STEPS, part_bytes=6_000)
    assert tuple(got.files) == FILES and got.name == ""
    kept = list(read_stories(got.files["kept.jsonl"]))
    assert kept[0].text == "A BELL rang and a BELL answered, far over the sea."
    assert kept[-1].text == "Ada: a BELL!\nBen: no."
    assert "\n\n".join(part.text for part in kept[1:-1]) == told[2].text and len(kept) == 5
    assert list(read_drops(got.files["dropped.jsonl"])) == [
        Dropped(title="Story 2", reason="has an even number", step="even", source="s.txt", story=told[1])]
    assert dict(got.facts) == FACTS | {
        "parts": 5, "bytes_in": sum(s.bytes for s in told), "bytes_out": sum(s.bytes for s in kept)}


def test_the_tables_beside_the_parts_say_what_is_in_them(tmp_path):
    told = [story(1), story(3, words=900), replace(story(5), simulated=True),
            Story(title="Scene 7", text="Ada: hello!", source="s", form="scene")]
    for n, group in enumerate((told[:2], told[2:])):
        (tmp_path / str(n)).mkdir()
        for name, data in mill_shard(lines_of(group), (), 6_000).files.items():
            (tmp_path / str(n) / name).write_bytes(data)
    shelf = Shelf([tmp_path / "0", tmp_path / "1"])
    parts = [shelf.story(n) for n in range(len(shelf))]
    assert len(parts) == 6 and shelf.stories.tolist() == [0, 1, 1, 1, 2, 3]
    assert [int(key) for key in shelf.parts["key"]] == [key_of(part.id) for part in parts]
    assert shelf.parts["bytes"].tolist() == [part.bytes for part in parts]
    assert shelf.parts["prose"].tolist() == [True] * 5 + [False]
    assert shelf.parts["simulated"].tolist() == [False] * 4 + [True, False]
    assert (np.concatenate(shelf.sketches) == signatures(parts)).all()


def test_a_step_from_which_a_person_spared_a_story_is_passed_over():
    two, bell = story(2), Story(title="Story 4", text="one bell and many other words of this story", source="s")
    loud = bell.with_text(bell.text.replace("bell", "BELL"))
    for spared in ({two.id: {"even"}, bell.id: {"even"}}, {two.id: {"even", "shout"}, loud.id: {"even"}}):
        got = mill_shard(lines_of([two, bell]), STEPS, spared={key: frozenset(names) for key, names in spared.items()})
        assert list(read_stories(got.files["kept.jsonl"])) == [two, loud] and not got.files["dropped.jsonl"]
    got = mill_shard(lines_of([two]), STEPS, spared={two.id: frozenset({"shout"})})
    assert not got.files["kept.jsonl"]


def test_a_step_that_fails_drops_the_story_and_goes_on():
    got = mill_shard(lines_of([story(1), story(3, "stumble"), story(5)]), STEPS)
    drop, = read_drops(got.files["dropped.jsonl"])
    assert drop.reason == "could not be worked on (ValueError: lost its footing)" and drop.step == "even"
    assert drop.story == story(3, "stumble") and got.facts["parts"] == 2


def same(one: Milled, other: Milled) -> bool:
    return one.name == other.name and dict(one.files) == dict(other.files) and one.facts == other.facts


def test_any_number_of_workers_gives_the_same_bytes_in_the_same_order(tmp_path):
    groups = [[story(n * 10 + k, words=40 + 300 * (n % 3 == 0)) for k in range(4 + 30 * (n % 4 == 0))]
              for n in range(9)]
    paths = shards(tmp_path, *groups, [])
    alone = list(mill(paths, STEPS, workers=1, part_bytes=3_000))
    assert [milled.name for milled in alone] == [path.name for path in paths]
    many = list(mill(paths, STEPS, workers=3, part_bytes=3_000))
    assert len(many) == 10 and all(map(same, alone, many))
    assert list(mill([], STEPS, workers=2)) == []


def children() -> set[int]:
    """Processes begun by this one, except the keeper of multiprocessing's books."""
    out = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            line = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and b"resource_tracker" not in line:
            out.add(int(path.parent.name))
    return out


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to see which processes there are")
@pytest.mark.parametrize(("title", "said"), [
    ("die", r"^The process that worked on .*003.jsonl was ended from outside \(exit code -9\): free some memory"),
    ("wrong", "^The step is set up wrongly: mend it.$"),
])
def test_a_worker_that_dies_or_refuses_is_one_sentence_and_leaves_no_process(tmp_path, title, said):
    before = children()
    paths = shards(tmp_path, *([story(n)] for n in (1, 3, 5)), [story(7, title)], *([story(n)] for n in (9, 11)))
    done = []
    with pytest.raises(BadInput, match=said):
        for milled in mill(paths, STEPS, workers=2):
            done.append(milled.name)
    assert done == ["000.jsonl", "001.jsonl", "002.jsonl"][:len(done)]
    assert children() == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to see which processes there are")
def test_who_stops_asking_leaves_no_process(tmp_path):
    before = children()
    run = mill(shards(tmp_path, *([story(n)] for n in range(8))), STEPS, workers=2)
    next(run)
    assert len(children() - before) == 2
    run.close()
    assert children() == before


def test_broken_shards_are_named(tmp_path):
    paths = shards(tmp_path, [story(1)], [story(3)], [story(5)])
    paths[1].write_bytes(b'{"title": "x"')
    for workers in (1, 2):
        with pytest.raises(BadInput, match=r"Line 1 of .*001.jsonl is no JSON"):
            list(mill(paths, STEPS, workers=workers))
        with pytest.raises(BadInput, match=r"nowhere\.jsonl could not be read"):
            list(mill([tmp_path / "nowhere.jsonl", paths[0]], STEPS, workers=workers))


RUN = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_corpus_runner import STEPS
from foundling.corpus.runner.pool import mill
if __name__ == "__main__":
    run = mill(sorted(Path({folder!r}).glob("*.jsonl")), STEPS, workers=2)
    try:
        print(next(run).name, flush=True)  # within the try: the signal may come right behind it
        list(run)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


def workers_of(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                yield int(path.parent.name)
        except OSError:
            continue


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to see which processes there are")
def test_ctrl_c_ends_all_processes_quietly(tmp_path):
    shards(tmp_path, [story(1)], *([story(3, "sleep")] * 2,) * 4)
    script = tmp_path / "run.py"
    script.write_text(RUN.format(here=str(Path(__file__).parent), folder=str(tmp_path)))
    run = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           start_new_session=True)
    assert run.stdout is not None and run.stdout.readline() == b"000.jsonl\n"
    workers = list(workers_of(run.pid))
    assert len(workers) >= 2
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the parent and to every worker
    out, err = run.communicate(timeout=20)
    assert out == b"stopped\n" and err == b""
    ended = time.monotonic() + 5
    while time.monotonic() < ended and any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_a_worker_needs_no_torch():
    code = ("import sys, foundling.corpus.runner.pool, foundling.corpus.runner.arranging; "
            "print([m for m in ('torch', 'transformers', 'datatrove', 'ray') if m in sys.modules])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"[]\n"


def test_stories_and_drops_are_packed_into_shards_in_order():
    things: list[Story | Dropped] = [story(n) for n in range(40)]
    things[10:10] = [Dropped(title="d", reason="is empty"), Dropped(title="e", reason="is broken", story=story(99))]
    packed = list(write_shards(things, 10_000))
    assert len(packed) > 3 and all(sum(map(len, files.values())) <= 10_000 for files in packed)
    assert [s for files in packed for s in read_stories(files["documents.jsonl"])] == [story(n) for n in range(40)]
    assert [d for files in packed for d in read_drops(files["dropped.jsonl"])] == things[10:12]
    assert list(write_shards([])) == []
    big, = write_shards([story(1, words=2_000)], 10_000)
    assert len(big["documents.jsonl"]) > 10_000 and big["dropped.jsonl"] == b""


def test_packing_reads_no_further_than_it_must():
    def endless() -> Iterator[Story]:
        n = 0
        while True:
            yield story(n)
            n += 1
    packed = write_shards(endless(), 10_000)
    assert json.loads(next(packed)["documents.jsonl"].split(b"\n")[0])["title"] == "Story 0" and next(packed)


def test_what_cannot_be_written_is_a_drop():
    packed, = write_shards([story(1), story(2).with_text("half \ud800 a character"), story(3)])
    assert list(read_stories(packed["documents.jsonl"])) == [story(1), story(3)]
    drop, = read_drops(packed["dropped.jsonl"])
    assert drop.title == "Story 2" and "lone surrogates" in drop.reason


def test_millions_of_tiny_lines_are_cut_quickly():
    text = "a b.\n" * 600_000
    begin = time.process_time()
    parts = cut_one(Story(title="t", text=text, source="s"), 12_000)
    assert "\n".join(part.text for part in parts) == text
    assert time.process_time() - begin < 3 and all(part.bytes <= 12_000 for part in parts)

"""What likelihood is blind to, the checks see: built-in stories spoilt in one way each, and how many are found out."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from foundling.corpus import BUILTIN
from foundling.evaluation.spaces.data.check import Diagnostic
from foundling.evaluation.spaces.data.compiler import Wanted, compile_folder
from foundling.evaluation.spaces.data.judging import DataSpace
from foundling.evaluation.spaces.data.table import chosen

STORIES = [path.read_text(encoding="utf-8") for path in sorted((BUILTIN / "stories").glob("*.txt"))]
SCENES = [path.read_text(encoding="utf-8") for path in sorted((BUILTIN / "scenes").glob("*.txt"))]


def cut_in_half(text: str) -> str:
    """As far as the middle, to the end of a word."""
    return text[:text.rindex(" ", 0, len(text) // 2)]


def one_line_again(text: str) -> str:
    """Half of it, then its last line until it is as long as before."""
    half = text[:len(text) // 2].rpartition("\n")[0]
    line = half.rpartition("\n")[2] or text.split("\n")[-2]
    while len(half) < len(text):
        half += "\n" + line
    return half


def words_again(text: str) -> str:
    """Half of it, then its last twelve words until it is as long as before."""
    half = text[:text.rindex(" ", 0, len(text) // 2)]
    return half + (" " + " ".join(half.split()[-12:])) * (len(text) // 2 // 60)


def line_without_name(text: str) -> str:
    """The third turn's name is gone."""
    lines = text.split("\n")
    lines[-3] = lines[-3].partition(": ")[2] or "And so it was."
    return "\n".join(lines)


def name_misspelt(text: str) -> str:
    """In its last turn a speaker who spoke often has a letter twice."""
    lines = text.rstrip().split("\n")
    names = [line.partition(":")[0] for line in lines if ": " in line]
    often = max(names, key=names.count)
    at = max(n for n, line in enumerate(lines) if line.startswith(f"{often}: "))
    lines[at] = lines[at][0] * 2 + lines[at][1:]
    return "\n".join(lines)


@pytest.mark.parametrize(("spoil", "texts", "codes", "least"), [
    (cut_in_half, STORIES, {"W043"}, 0.9), (one_line_again, STORIES, {"W040"}, 0.95),
    (words_again, STORIES, {"W041", "W040"}, 0.95), (line_without_name, SCENES, {"E012", "E016"}, 0.8),
    (name_misspelt, SCENES, {"W019", "W020"}, 0.95),
])
def test_spoilt_texts_are_found_out(
    spoil: Callable[[str], str], texts: list[str], codes: set[str], least: float
) -> None:
    space = DataSpace(checks=chosen(sorted(codes), []))
    told = [not all(label.passed for label in space.judge(spoil(text).encode("utf-8"), seed=0).labels)
            for text in texts]
    clean = [all(label.passed for label in space.judge(text.encode("utf-8"), seed=0).labels) for text in texts]
    assert all(clean)
    assert sum(told) / len(told) >= least, f"{sum(told)} of {len(told)}"


def test_eight_times_the_text_takes_about_eight_times_as_long(tmp_path: Path) -> None:
    """Linear in bytes, in one document and in many: what grows with the square would take 64 times as long."""
    seconds, stories = [], STORIES[:50]
    text = "\n\n".join(story.partition("---\n")[2].partition("---\n")[2] for story in stories)
    for times in (1, 8):
        for name in ("one", "many"):
            (tmp_path / f"{name}{times}").mkdir()
        (tmp_path / f"one{times}" / "a.txt").write_text("\n".join(f"{n} {text}" for n in range(times)))
        for number in range(times * len(stories)):
            (tmp_path / f"many{times}" / f"{number}.txt").write_text(f"{number} {stories[number % len(stories)]}")
        for name in ("one", "many"):
            began = time.process_time()
            events = list(compile_folder(Wanted(folder=tmp_path / f"{name}{times}")))
            seconds.append(time.process_time() - began)
            assert any(isinstance(event, Diagnostic) for event in events)
    one, many, eight, many_eight = seconds
    assert eight < 32 * one + 0.3 and many_eight < 32 * many + 0.3, seconds  # a busy machine doubles, not more

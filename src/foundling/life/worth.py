"""What the narrated stories are worth, in figures: how varied they are beside books, and whether all they say is so."""

import time
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from foundling.corpus.diversity import measure_diversity, words_of
from foundling.life.stations import Done
from foundling.records import BadInput, Progress
from foundling.world import Village, narrate
from foundling.world.physics.scene import KIND_NAMES, make_scene
from foundling.world.questions.check import faults

_BARS = {"zstd_ratio": 1.6, "distinct_4grams": 0.5, "near_copies": 0.01}  # times the books'; the last outright


def measure(words: int, seed: int, books: Path | None, questions: int) -> Generator[Progress | Done]:
    """Diversity of `words` narrated words, beside as many of the books'; `questions` re-derived by the checker.

    Raises BadInput before any work for books that are none.
    """
    pieces = None if books is None else _pieces(books)
    texts: list[str] = []
    count = 0
    for story in narrate(seed):
        if count >= words:
            break
        texts.append(story.text)
        count += len(words_of(story.text))
        if len(texts) % 50 == 0:
            yield Progress(station="measure", text=f"{count:,} words told", done=count, total=words)
    yield Progress(station="measure", text="compressing and comparing")
    facts: dict[str, Any] = {"seed": seed, "world": asdict(measure_diversity(texts, words))}
    if pieces is not None:
        facts["books"] = asdict(measure_diversity(pieces, words))
    facts |= _speed(seed)
    checked, found = 0, list[str]()
    for checked, told in enumerate(faults(seed, questions), 1):
        found += told
        if checked % 50 == 0:
            yield Progress(station="measure", text=f"{checked:,} questions re-derived", done=checked, total=questions)
    facts |= {"questions": checked, "disagreements": len(found), "examples": found[:10]}
    yield Done(station="measure", facts=facts)


def _pieces(folder: Path) -> list[str]:
    """The .txt files of a folder, cut into pieces as long as a story."""
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}: give one of .txt books, or leave --books out.")
    text = "\n\n".join(path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.txt")))
    if not text:
        raise BadInput(f"{folder} has no .txt file: give a folder of books.")
    pieces: list[str] = []
    for paragraph in text.split("\n\n"):
        if pieces and len(pieces[-1]) < 1200:
            pieces[-1] += "\n\n" + paragraph
        else:
            pieces.append(paragraph)
    return pieces


def _speed(seed: int) -> dict[str, float]:
    """How many times faster than real time a village of 30 lives, and the mean milliseconds of a scene of physics."""
    began = time.process_time()
    Village(seed, people=30).run(2)
    village, scenes = time.process_time() - began, [(kind, n) for kind in KIND_NAMES for n in range(2)]
    began = time.process_time()
    for kind, n in scenes:
        make_scene(kind, seed + n)
    return {
        "times_real_time": round(2 * 86_400 / village), "scene_milliseconds":
        round(1000 * (time.process_time() - began) / len(scenes), 1),
    }


def table(facts: dict[str, Any]) -> str:
    """The figures as lines, the bars beside them."""
    world, books = facts["world"], facts.get("books", {})
    lines = [f"{'':<18}{'village':>10}{'books':>10}{'bar':>24}"]
    bars = {
        "zstd_ratio": lambda b: f"at most {b * _BARS['zstd_ratio']:.2f}" if b else "1.6 times the books'",
        "distinct_4grams": lambda b: f"at least {b * _BARS['distinct_4grams']:.3f}" if b else "half the books'",
        "near_copies": lambda b: f"under {_BARS['near_copies']}",
    }
    for key, value in world.items():
        beside = books.get(key)
        shown = f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
        other = "" if beside is None else f"{beside:,}" if isinstance(beside, int) else f"{beside:.4f}"
        bar = bars[key](beside) if key in bars else ""
        lines.append(f"{key.replace('_', ' '):<18}{shown:>10}{other:>10}{bar:>24}")
    lines.append(
        f"a village of 30 lives {facts['times_real_time']:,} times as fast as real time (bar 1,000), a scene of "
        f"physics takes {facts['scene_milliseconds']} ms, on one core"
    )
    lines.append(f"{facts['questions']:,} questions re-derived by the checker, {facts['disagreements']} disagreements")
    return "\n".join([*lines, *facts["examples"]])

"""What the village's stories are worth to a being: it answers about villages it never read of, and books lose little.

FOUNDLING_WORLD_STEPS (default 1200, tiny: five times through a million words) sets the training of the beings that are
asked, FOUNDLING_WORLD_WORDS the words narrated; the books take 400 steps. They are the project's shared data; without
them the last proof skips.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foundling.records import read_story

STEPS = os.environ.get("FOUNDLING_WORLD_STEPS", "1200")
BOOK_STEPS = "400"
WORDS = int(os.environ.get("FOUNDLING_WORLD_WORDS", "1000000"))
QUESTIONS = 400
BOOKS = Path(__file__).parents[3] / "shared" / "data" / "stories"


def foundling(*words: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "foundling.cli", *map(str, words), "--json"], capture_output=True, text=True, check=True
    )
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def raised(home: Path, stories: Path, steps: str = STEPS) -> Path:
    """A home with its base generation: the name has no part in this."""
    size = ("--size", "tiny", "--steps", steps, "--seed", 0)
    foundling("collect", home, stories, "--name", "Wren", *size)
    foundling("pretrain", home)
    return home


def narrated(folder: Path, words: int) -> Path:
    foundling("world", "narrate", "--plain", "--tokens", round(words * 5.37 / 4.03), "--seed", 7, "--out", folder)
    return folder


def shuffled(stories: Path, out: Path) -> Path:
    """The same stories with the words of each in a random order: the same words, no sense."""
    rng = random.Random(1)
    for path in sorted(stories.rglob("*.txt")):
        story = read_story(path.read_text(encoding="utf-8"), title=path.stem, source=path.name)
        words = story.text.replace("(silence)", "").replace(":", "").split()
        rng.shuffle(words)
        (out / path.parent.name).mkdir(parents=True, exist_ok=True)
        head = f"---\ntitle: {story.title}\nsimulated: yes\n---\n"
        (out / path.parent.name / path.name).write_text(head + " ".join(words) + "\n", encoding="utf-8")
    return out


def told(title: str, facts: dict[str, Any]) -> dict[str, dict[str, float]]:
    rows = {row["family"]: row for row in facts["families"]}
    for name, row in rows.items():
        print(
            f"{title} {name}: {row['accuracy']:.3f} [{row['low']:.3f}, {row['high']:.3f}] of {row['n']}, "
            f"chance {row['chance']:.3f}, p {row['p_value']:.2g}"
        )
    return rows


@pytest.mark.slow
def test_a_being_of_the_village_answers_about_villages_it_never_read_of(tmp_path: Path) -> None:
    stories = narrated(tmp_path / "stories", WORDS)
    being = raised(tmp_path / "being", stories)
    other = raised(tmp_path / "other", shuffled(stories, tmp_path / "shuffled"))
    rows, control = (
        told(title, foundling("world", "ask", "--home", home, "--count", QUESTIONS, "--seed", 5))
        for title, home in (("village", being), ("shuffled", other))
    )
    families = [name for name in rows if name != "all" and not name.startswith("physics_pairs")]
    above = [name for name in families if rows[name]["p_value"] < 0.001]
    assert len(families) >= 10 and len(above) >= 6, above
    assert rows["all"]["low"] > control["all"]["high"]
    assert rows["physics_pairs"]["accuracy"] >= 0.75


@pytest.mark.slow
@pytest.mark.skipif(not BOOKS.exists(), reason="the shared books are not here")
def test_half_the_village_costs_books_little(tmp_path: Path) -> None:
    books = BOOKS / "train"
    half, size = tmp_path / "half", 0
    for path in sorted(books.glob("*.txt"))[::2]:  # about half of the books' bytes
        (half / "books").mkdir(parents=True, exist_ok=True)
        (half / "books" / path.name).write_bytes(path.read_bytes())
        size += path.stat().st_size
    foundling("world", "narrate", "--tokens", round(size / 4.03), "--seed", 7, "--out", half / "village")
    heldout = tmp_path / "heldout.txt"
    heldout.write_text("\n\n".join(p.read_text(encoding="utf-8") for p in sorted((BOOKS / "heldout").glob("*.txt"))))
    figures = {}
    for title, folder in (("books", books), ("half", half)):
        home = raised(tmp_path / title, folder, BOOK_STEPS)
        figures[title] = foundling("score", home, "--text", heldout)["bits_per_byte"]
        print(f"{title}: {figures[title]:.4f} bits per byte on held-out books")
    assert figures["half"] <= figures["books"] * 1.03

"""A seed in, a folder of stories told by the simulated village out, one a file, as `collect` reads them."""

import shutil
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from foundling.home import temporary
from foundling.home.files import plain_errors
from foundling.life.stations import Done
from foundling.life.village import TOKEN_BYTES, village_stories
from foundling.records import BadInput, Progress, Story
from foundling.world import Shares, Thread

_A_FOLDER = 500  # files


def narrate_to(
    folder: Path, tokens: int, seed: int, threads: Sequence[Thread] = (), shares: Shares | None = None
) -> Generator[Progress | Done]:
    """Write stories of about `tokens` reference tokens into a new folder, one a file; there is all of it or nothing.

    Raises BadInput where something is there already, or when it cannot be written.
    """
    if folder.exists():
        raise BadInput(f"{folder} is there already: give a new folder with --out.")
    room, began, filled, count, words = int(tokens * TOKEN_BYTES), time.monotonic(), 0, 0, 0
    tmp = temporary(folder)
    with plain_errors(folder):
        shutil.rmtree(tmp, ignore_errors=True)
        tmp.mkdir(parents=True)
        try:
            for story in village_stories(seed, room, threads, shares):
                inside = tmp / f"{count // _A_FOLDER:03d}"
                inside.mkdir(exist_ok=True)
                count, filled, words = count + 1, filled + story.bytes, words + len(story.text.split())
                (inside / f"{count:06d}.txt").write_text(as_file(story), encoding="utf-8")
                if count % 50 == 0:
                    left = max(0.0, (time.monotonic() - began) / filled * (room - filled))
                    yield Progress(
                        station="narrate", text=f"{count:,} stories", done=min(filled, room), total=room,
                        seconds_left=left,
                    )
            tmp.rename(folder)
        finally:
            shutil.rmtree(tmp, ignore_errors=True)
    facts: dict[str, Any] = {
        "out": str(folder), "seed": seed, "stories": count, "words": words, "bytes": filled,
        "reference_tokens": round(filled / TOKEN_BYTES), "seconds": round(time.monotonic() - began, 1),
    }
    yield Done(station="narrate", facts=facts)


def as_file(story: Story) -> str:
    """A story as it is kept on disk: front matter that `collect` reads, a blank line, the text."""
    head = {"title": story.title, "people": ", ".join(story.people), "feelings": ", ".join(story.feelings)}
    head |= {"simulated": "yes", "source": story.source} | ({"form": "scene"} if story.form == "scene" else {})
    lines = [f"{key}: {value}" for key, value in head.items() if value]
    return "\n".join(["---", *lines, "---", "", story.text, ""])



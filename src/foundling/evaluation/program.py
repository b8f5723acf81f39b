"""The examiner as a process of its own: a job (JSON) flows in, an Examination as JSON and events on stdout flow out.

Run as `python -m foundling.evaluation.program JOB.json`. A job: generation (folder), base (folder or null), name,
heldout and train (paths of JSON lists of {title, text, form}), seed, out (path of the JSON to write). No number printed
by a candidate is read here: everything is computed again from its files.
"""

import json
import sys
from pathlib import Path
from typing import Any

from foundling.evaluation.events import say
from foundling.evaluation.examine import Examination, examine
from foundling.home.files import write_atomically
from foundling.records import BadInput, Story, canonical_json, to_jsonable

_HEADLINE = ("bits_per_byte", "name_hold", "name_leak")


def read_json(path: Path) -> Any:
    """The JSON in a file. Raises BadInput when it is missing or is none."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise BadInput(f"{path} cannot be read as JSON ({fault}): write it again.") from fault


def read_stories(path: Path) -> list[Story]:
    """The stories in a JSON list. Raises BadInput for anything else, or a scene with a line that is no turn."""
    rows = read_json(path)
    if not isinstance(rows, list):
        raise BadInput(f"{path} is no list of stories: write a list of objects with title, text and form.")
    stories = []
    for number, row in enumerate(rows, 1):
        title, text, form = (row.get(key) if isinstance(row, dict) else None for key in ("title", "text", "form"))
        if not isinstance(title, str) or not isinstance(text, str):
            raise BadInput(f"Story {number} of {path} lacks a title or a text: give both as strings.")
        if form not in ("prose", "scene"):
            raise BadInput(f"Story {number} of {path} has no form: write prose or scene.")
        story = Story(title=title, text=text, source=str(path), form="scene" if form == "scene" else "prose")
        _ = story.turns  # a scene with a broken line is refused here
        stories.append(story)
    return stories


def work(job_path: Path) -> None:
    """Examine as the job says and write the result."""
    job = read_json(job_path)
    wanted = {"generation": str, "name": str, "heldout": str, "train": str, "seed": int, "out": str}
    for key, kind in wanted.items():
        if not isinstance(job, dict) or not isinstance(job.get(key), kind):
            raise BadInput(f"The job {job_path} lacks {key}: give it as a {kind.__name__}.")
    base = Path(job["base"]) if isinstance(job.get("base"), str) else None
    events = examine(
        Path(job["generation"]), name=job["name"], heldout=read_stories(Path(job["heldout"])),
        train=read_stories(Path(job["train"])), base=base, seed=job["seed"],
    )
    for event in events:
        if isinstance(event, Examination):
            write_atomically(Path(job["out"]), canonical_json(event))
            say(event="done", **{score.name: score.value for score in event.scores if score.name in _HEADLINE})
        else:
            say(event="progress", **to_jsonable(event))


def main(arguments: list[str]) -> int:
    """Exit codes: 0 done, 2 bad input, 1 the judge failed its own tests; the reason is the last event."""
    try:
        if len(arguments) != 1:
            raise BadInput("Give the path of one job: python -m foundling.evaluation.program JOB.json")
        work(Path(arguments[0]))
    except BadInput as fault:
        say(event="error", text=str(fault))
        return 2
    except RuntimeError as fault:
        say(event="error", text=f"The judge does not trust itself: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

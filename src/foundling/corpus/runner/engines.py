"""The same shards and steps on engines made for many machines: datatrove's executors, and Ray.

Both give what our own runner gives, byte for byte. datatrove takes any callable (data, rank, world_size) as a stage, so
that nothing here is its subclass and nothing of it is needed before it runs: `pipeline` can be handed to its local,
Slurm or Ray executor. A task is a shard, so that an executor which skips finished tasks resumes where it was.
"""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.runner.milling import DROPPED, PART_BYTES, Chain, Milled, Spared, files_of, mill_shard
from foundling.corpus.shards import lines_of, read_stories
from foundling.corpus.steps import CleaningStep
from foundling.home.files import write_atomically
from foundling.records import BadInput, Story, canonical_json, story_from, to_jsonable

FACTS = "facts.json"


def document_of(story: Story, number: int) -> Any:
    """A story as datatrove's Document: text, id, and all else, with its number in the shard, as metadata."""
    from datatrove.data import Document

    row = {**to_jsonable(story), "number": number}
    return Document(text=row.pop("text"), id=story.id, metadata=row)


def story_of(document: Any) -> tuple[int, Story]:
    """The inverse of `document_of`. Raises BadInput when the metadata is no story's."""
    row = {**document.metadata, "text": document.text}
    return int(row.pop("number", 0)), story_from(row)


class FromShards:
    """The first stage: the stories of the task's shard as documents."""

    def __init__(self, shards: Sequence[Path]) -> None:
        self._shards = shards

    def __call__(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Documents of shard number `rank`; what came before goes first, as datatrove's own readers do it."""
        yield from data or ()
        if world_size != len(self._shards):
            raise BadInput(f"Give the executor one task a shard: {len(self._shards)}, not {world_size}.")
        for number, story in enumerate(read_stories(self._shards[rank])):
            yield document_of(story, number)


class OurSteps:
    """The stage between: documents through our steps and the cut. Drops and figures go into the task's folder."""

    def __init__(
        self, steps: Sequence[CleaningStep], folders: Sequence[Path], part_bytes: int, spared: Spared | None
    ) -> None:
        self._steps, self._folders = steps, folders
        self._part_bytes, self._spared = part_bytes, spared

    def __call__(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """One document for each part that stays."""
        chain = Chain(self._steps, self._part_bytes, self._spared)
        fallen = bytearray()
        for number, thing in chain.run(story_of(document)[1] for document in data):
            if isinstance(thing, Dropped):
                fallen += lines_of([thing])
            else:
                yield document_of(thing, number)
        self._folders[rank].mkdir(parents=True, exist_ok=True)
        write_atomically(self._folders[rank] / DROPPED, bytes(fallen))
        write_atomically(self._folders[rank] / FACTS, canonical_json(chain.facts()))


class ToFolders:
    """The last stage: the parts of the task's shard, their table and their sketches, in the task's folder."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def __call__(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Passes nothing on."""
        files = files_of(story_of(document) for document in data)
        for name in sorted(files.keys() - {DROPPED}):
            write_atomically(self._folders[rank] / name, files[name])
        yield from ()


def pipeline(
    shards: Sequence[Path], steps: Sequence[CleaningStep], folders: Sequence[Path], *, part_bytes: int = PART_BYTES,
    spared: Spared | None = None,
) -> list[Any]:
    """The stages for an executor of datatrove with `tasks=len(shards)`: LocalPipelineExecutor, SlurmPipelineExecutor
    (which asks for time and partition besides) or RayPipelineExecutor. Folder n gets what becomes of shard n."""
    return [FromShards(shards), OurSteps(tuple(steps), folders, part_bytes, spared), ToFolders(folders)]


def mill_on_datatrove(
    shards: Sequence[Path], steps: Sequence[CleaningStep], out: Path, *, workers: int, part_bytes: int = PART_BYTES,
    spared: Spared | None = None,
) -> list[Path]:
    """Runs it all on datatrove's LocalPipelineExecutor; returns one folder a shard, fit for a `Shelf`.

    What finished in an earlier run under `out` is not done again. Raises BadInput when datatrove is missing.
    """
    try:
        from datatrove.executor import LocalPipelineExecutor
    except ImportError as fault:
        raise _missing("datatrove") from fault
    folders = [out / f"{number:05d}" for number in range(len(shards))]
    if shards:
        LocalPipelineExecutor(
            pipeline(shards, steps, folders, part_bytes=part_bytes, spared=spared), tasks=len(shards),
            workers=min(workers, len(shards)), logging_dir=str(out / "datatrove"),
        ).run()
    return folders


def mill_on_ray(
    shards: Sequence[Path], steps: Sequence[CleaningStep], *, workers: int, part_bytes: int = PART_BYTES,
    spared: Spared | None = None,
) -> Iterator[Milled]:
    """Each shard milled by a task of Ray, in the order given. Where Ray runs already (a cluster; the shards lie where
    every machine sees them) it is used; else it is begun here with `workers` processors, offline, and ended again.

    Raises BadInput when Ray is missing.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as fault:
        raise _missing("ray") from fault
    own = not ray.is_initialized()
    if own:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR,
                 _node_ip_address="127.0.0.1", runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)}})
    try:
        task: Any = ray.remote(mill_shard)
        running: list[Any] = []
        for number in range(len(shards)):
            while len(running) < min(len(shards), number + 2 * workers):
                running.append(task.remote(shards[len(running)], tuple(steps), part_bytes, spared))
            try:
                milled: Milled = ray.get(running[number])
            except ray.exceptions.RayTaskError as fault:
                if isinstance(fault.cause, BadInput):
                    raise BadInput(str(fault.cause)) from None
                raise
            running[number] = None
            yield milled
    finally:
        if own:
            ray.shutdown()


def _missing(package: str) -> BadInput:
    return BadInput(f"Running on {package} needs the package {package}: pip install 'foundling[engines]'.")

"""A folder of texts and some steps in; how fast and in how much memory we and datatrove clean, dedupe and split, out.

Both read the same stories and run as many processes. Three things are in datatrove's favour: its words are split at
spaces (its own tokenizers, spacy and nltk, have to be downloaded), it reads and writes Parquet, made beforehand (its
reader of JSON lines asks for one more package), and it makes no splits. It judges nothing.
"""

import multiprocessing
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from foundling.corpus.runner.arranging import arrange, drops
from foundling.corpus.runner.milling import PART_BYTES
from foundling.corpus.runner.packing import write_shards
from foundling.corpus.runner.pool import mill
from foundling.corpus.runner.shelf import Shelf
from foundling.corpus.shards import lines_of, read_stories
from foundling.corpus.splits import cut_one
from foundling.corpus.steps import CleaningStep
from foundling.records import BadInput, Story

_MOST_EDITED = 0.08  # of the words of a repetition: its resemblance to the original is anything from 1 to about 0.5
_POLL_SECONDS = 0.1


def _documents(texts: Sequence[Path], size: int, seed: int) -> Iterator[Story]:
    """Parts of the texts over and over, each time with other words edited, until there are `size` bytes."""
    parts = [part for path in texts
             for part in cut_one(Story(title=path.stem, text=path.read_text("utf-8"), source=path.name), PART_BYTES)]
    if not parts:
        raise BadInput("There are no texts to race on: name a folder of .txt files.")
    rng = np.random.default_rng(seed)
    words = [np.array(part.text.split(" "), dtype=object) for part in parts]
    known = np.unique(np.concatenate([row.astype(str) for row in words[:50]])).astype(object)
    made = turn = 0
    while True:
        for part, row in zip(parts, words, strict=True):
            edited = row.copy()
            at = np.flatnonzero(rng.random(row.size) < rng.random() ** 2 * _MOST_EDITED)
            edited[at] = known[rng.integers(0, known.size, at.size)]
            edited[rng.integers(0, row.size)] = f"{known[rng.integers(0, known.size)]}-{turn}"  # never the same twice
            story = Story(title=f"{part.title}, {turn}", text=" ".join(edited), source=part.source)
            yield story
            made += story.bytes
            if made >= size:
                return
        turn += 1


def build(folder: Path, texts: Sequence[Path], megabytes: int, seed: int = 0) -> list[Path]:
    """Shards of about `megabytes` MB in all, made of the texts repeated with edits that are unique to each repetition.

    Raises BadInput when there is no text.
    """
    folder.mkdir(parents=True)
    for number, files in enumerate(write_shards(_documents(texts, megabytes * 1_000_000, seed))):
        (folder / f"{number:05d}.jsonl").write_bytes(files["documents.jsonl"])
    return sorted(folder.glob("*.jsonl"))


def _as_parquet(shards: Sequence[Path], folder: Path) -> list[Path]:
    """The same stories in datatrove's favourite format."""
    import pyarrow
    from pyarrow import parquet

    folder.mkdir()
    for shard in shards:
        stories = list(read_stories(shard))
        columns = {"text": [story.text for story in stories], "title": [story.title for story in stories]}
        parquet.write_table(pyarrow.table(columns), folder / f"{shard.stem}.parquet")
    return sorted(folder.glob("*.parquet"))


def _run_ours(shards: Sequence[Path], out: Path, steps: Sequence[CleaningStep], workers: int) -> None:
    """Cleaned parts, drops and splits under `out`."""
    folders = []
    for milled in mill(shards, steps, workers=workers):
        folders.append(out / "clean" / milled.name)
        folders[-1].mkdir(parents=True)
        for name, data in milled.files.items():
            (folders[-1] / name).write_bytes(data)
    shelf = Shelf(folders)
    arranged = arrange(shelf, 0)
    (out / "dropped").mkdir()
    with (out / "dropped" / "copies.jsonl").open("wb") as file:
        file.writelines(lines_of([drop]) for drop in drops(shelf, arranged.copies))
    (out / "final").mkdir()
    for name, numbers in arranged.splits.items():
        with (out / "final" / f"{name}.jsonl").open("wb") as file:
            file.writelines(shelf.line(int(number)) for number in numbers)


def _run_theirs(tables: Sequence[Path], out: Path, workers: int) -> None:
    """datatrove's equivalent, in the fewest passes over the data that it can do it in."""
    import xxhash
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
    from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.pipeline.formatters import PIIFormatter
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import ParquetWriter
    from datatrove.utils.word_tokenizers import WordTokenizer

    words = type("Spaces", (WordTokenizer,), {
        "word_tokenize": lambda self, text: text.split(),
        "sent_tokenize": lambda self, text: re.split(r"(?<=[.!?]) +", text),
        "span_tokenize": lambda self, text: [match.span() for match in re.finditer(r"[^.!?]+[.!?]*", text)],
    })()
    config = MinhashConfig()
    signature = MinhashDedupSignature(str(out / "signatures"), config, language=words)
    signature._hash_func = lambda text: xxhash.xxh64_intdigest(text.encode())  # xxhash 4 takes no str, theirs gives one

    def run(name: str, pipeline: list[Any], tasks: int) -> None:
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=min(tasks, workers),
                              logging_dir=str(out / "logs" / name)).run()

    def plain(name: str) -> Any:
        return ParquetWriter(str(out / name))

    run("clean", [
        ParquetReader(str(tables[0].parent), id_key="title"),
        GopherRepetitionFilter(language=words, exclusion_writer=plain("dropped/repetition")),
        GopherQualityFilter(language=words, exclusion_writer=plain("dropped/quality")),
        C4QualityFilter(language=words, exclusion_writer=plain("dropped/c4")),
        PIIFormatter(), plain("clean"), signature,
    ], workers)
    run("buckets", [MinhashDedupBuckets(str(out / "signatures"), str(out / "buckets"), config=config)],
        config.num_buckets)
    run("cluster", [MinhashDedupCluster(str(out / "buckets"), str(out / "remove"), config)], 1)
    run("filter", [ParquetReader(str(out / "clean")),
                   MinhashDedupFilter(str(out / "remove"), exclusion_writer=plain("dropped/copies")), plain("final")],
        workers)


def _apart(log: Path, run: Callable[..., None], args: tuple[Any, ...]) -> None:
    """Runs with everything it prints in a file."""
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    run(*args)


def _tree(pid: int) -> Iterator[tuple[int, float, int]]:
    """Process, seconds of processor and resident bytes of a process and all that it began (Linux)."""
    parents, figures = dict[int, int](), dict[int, tuple[float, int]]()
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
        figures[int(path.parent.name)] = (int(fields[11]) + int(fields[12])) / tick, int(fields[21]) * page
    family = [pid]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
        if member in figures:
            yield member, *figures[member]


def _measured(out: Path, run: Callable[..., None], args: tuple[Any, ...]) -> dict[str, float]:
    """Seconds on the clock and on processors, and peak memory of the whole tree of processes, of one run of its own."""
    out.mkdir(parents=True)
    process = multiprocessing.get_context("spawn").Process(target=_apart, args=(out / "log.txt", run, args))
    begin, peak, busy = time.monotonic(), 0, dict[int, float]()
    process.start()
    while process.is_alive():
        family = list(_tree(process.pid or 0))
        busy |= {member: seconds for member, seconds, _ in family}
        peak = max(peak, sum(size for _, _, size in family))
        process.join(_POLL_SECONDS)
    seconds = time.monotonic() - begin
    if process.exitcode:
        raise BadInput(f"A run of the race ended with code {process.exitcode}: {out / 'log.txt'} says why.")
    return {"seconds": round(seconds, 2), "processor_seconds": round(sum(busy.values()), 2),
            "peak_mb": round(peak / 1e6)}


def _count(folder: Path) -> int:
    """Documents in files of lines or of Parquet."""
    from pyarrow import parquet

    lines = sum(path.read_bytes().count(b"\n") for path in sorted(folder.glob("*.jsonl")))
    return lines + sum(int(parquet.read_metadata(path).num_rows) for path in sorted(folder.glob("*.parquet")))


def race(
    folder: Path, texts: Sequence[Path], steps: Sequence[CleaningStep], megabytes: int, workers: int = 2
) -> Iterator[dict[str, Any]]:
    """Rows about us and about datatrove on a corpus of `megabytes`, made in `folder`, which must not be there yet:
    who, megabytes, documents in and out, seconds, processor_seconds, mb_per_second, peak_mb (resident, all processes).

    Raises BadInput when datatrove is missing or a run fails, and where there is no /proc to read memory from.
    """
    if not Path("/proc/self/stat").exists():
        raise BadInput("The race measures memory as Linux tells it: run it on Linux.")
    for package in ("datatrove", "pyarrow", "xxhash"):
        if find_spec(package) is None:
            raise BadInput(f"The race needs the package {package}: pip install 'foundling[engines]'.")
    shards = build(folder / "corpus", texts, megabytes)
    size = sum(path.stat().st_size for path in shards) / 1e6
    tables, documents = _as_parquet(shards, folder / "tables"), _count(folder / "corpus")
    ours, theirs = folder / "foundling", folder / "datatrove"
    for who, out, run, args in (("foundling", ours, _run_ours, (shards, ours, tuple(steps), workers)),
                                ("datatrove", theirs, _run_theirs, (tables, theirs, workers))):
        row = _measured(out, run, args)
        yield {"who": who, "megabytes": round(size, 1), "documents": documents, "kept": _count(out / "final"), **row,
               "mb_per_second": round(size / row["seconds"], 2)}

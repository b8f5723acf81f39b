"""A folder of texts in, diagnostics and packed shards out: the whole way of a compile, as events.

One document is held at a time; errors stop the packing, not the looking. It prints nothing.
"""

import time
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from foundling.evaluation.spaces.data.bench import NOTHING, Bench, Given
from foundling.evaluation.spaces.data.check import Check, Diagnostic
from foundling.evaluation.spaces.data.checks.rework import keep_original
from foundling.evaluation.spaces.data.diagnosing import NEARLY, can_run, diagnose, diagnostic, nearly_copies
from foundling.evaluation.spaces.data.form import Document, unread
from foundling.evaluation.spaces.data.places import Mark
from foundling.evaluation.spaces.data.shards import Packing
from foundling.evaluation.spaces.data.sheets import read_sheets
from foundling.evaluation.spaces.data.sources import FACTS, Source, documents_of, list_sources
from foundling.evaluation.spaces.data.table import CHECKS
from foundling.records import BadInput, Progress, content_hash

_TOLD_EVERY, _FIRST = 0.2, 1.0  # seconds between two words about how far it is, and before the first


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person asked for. strict: warnings are errors; out: the folder for the shards, None for none."""

    folder: Path
    given: Given = NOTHING
    checks: tuple[Check, ...] = CHECKS
    strict: bool = False
    out: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """What was seen, when all is done. `documents_with` something wrong; `broken`: files and rows that are no
    documents; `not_run`: codes of checks that lacked what they need; `shards`: what was packed, None where nothing was.
    """

    files: int
    others: int
    documents: int
    documents_with: int
    broken: int
    bytes: int
    errors: int
    warnings: int
    counts: dict[str, int] = field(default_factory=dict)
    not_run: tuple[str, ...] = ()
    shards: dict[str, Any] | None = None

    @property
    def code(self) -> int:
        """The exit code: 0 for nothing worse than warnings, 1 for errors."""
        return 1 if self.errors else 0


class _Tally:
    """What was said so far, and how grave it was."""

    def __init__(self, strict: bool) -> None:
        self._strict, self.counts, self.errors, self.warnings = strict, Counter[str](), 0, 0
        self._faulty, self._near = array("Q"), set[int]()

    @staticmethod
    def _key(mark: Mark) -> int:
        return int(content_hash(f"{mark.file}:{mark.line}")[:16], 16)

    def faulty(self, mark: Mark, near: bool = False) -> None:
        """The document that begins there has something wrong; near: it was found when all others were there."""
        if near:
            self._near.add(self._key(mark))
        else:
            self._faulty.append(self._key(mark))

    @property
    def documents_with(self) -> int:
        """How many documents have something wrong, each counted once."""
        return len(self._faulty) + len(self._near) - sum(key in self._near for key in self._faulty)

    def told(self, one: Diagnostic) -> Diagnostic:
        """The diagnostic, counted; as an error where warnings are errors."""
        if self._strict:
            one = replace(one, severity="error")
        self.counts[one.code] += 1
        self.errors += one.severity == "error"
        self.warnings += one.severity == "warning"
        return one


class _Pace:
    """When to say how far it is: not before a second, then five times a second."""

    def __init__(self, total: int) -> None:
        self._total, self._began, self._last = total, time.monotonic(), 0.0

    def word(self, done: int, documents: int) -> Iterator[Progress]:
        """What to say now, if anything."""
        now = time.monotonic()
        if now - self._began < _FIRST or now - self._last < _TOLD_EVERY:
            return
        self._last = now
        left = (now - self._began) / done * (self._total - done) if done else None
        text = f"{documents:,} documents"
        yield Progress(station="compile", text=text, done=done, total=self._total, seconds_left=left)


def _read(sources: list[Source], wanted: Wanted, fault: str) -> Iterator[tuple[Document, int]]:
    """Every document with how many bytes of files lie behind it."""
    if fault:
        yield unread(Mark(file=FACTS), "E068", fault), 0
    behind = 0
    for source in sources:
        for document in documents_of(source, wanted.given.terms):
            yield document, behind
        behind += source.size


def compile_folder(wanted: Wanted) -> Iterator[Progress | Diagnostic | Compiled]:
    """Parse, check, pack. Last comes `Compiled`. Raises BadInput when there is nothing to compile or no tokenizer to
    pack with."""
    if wanted.out is not None and wanted.given.tokenizer is None:
        raise BadInput("Packing needs a tokenizer: give --home HOME or --tokenizer FILE beside --out.")
    if wanted.out is not None and wanted.out.resolve().is_relative_to(wanted.folder.resolve()):
        raise BadInput(f"{wanted.out} lies in the folder that is compiled: give a folder beside it to --out.")
    sources, others = list_sources(wanted.folder)
    sheets = read_sheets(wanted.folder / FACTS) if wanted.folder.is_dir() else wanted.given.sheets
    given = replace(wanted.given, sheets=sheets)
    size = sum(source.size for source in sources)
    packing = Packing(wanted.out, given.tokenizer) if wanted.out is not None and given.tokenizer is not None else None
    tally, pace, documents, broken = _Tally(wanted.strict), _Pace(size), 0, 0
    packed = None
    try:
        with Bench(given=given) as bench:
            for document, behind in _read(sources, wanted, sheets.fault):
                yield from pace.word(behind, documents)
                documents, broken = documents + (not document.broken), broken + document.broken
                before = sum(tally.counts.values())
                keep_original(document, bench)
                for said in diagnose(document, bench, wanted.checks):
                    yield tally.told(said)
                if sum(tally.counts.values()) > before and not document.broken:
                    tally.faulty(document.mark)
                if packing is not None and not tally.errors and document.text:
                    packing.put(document, bench)
            for check in (check for check in wanted.checks if check.code == NEARLY):
                for finding in nearly_copies(bench):
                    tally.faulty(finding.mark, near=True)
                    yield tally.told(diagnostic(check, finding, ""))
            not_run = tuple(check.code for check in wanted.checks if not can_run(check, bench))
        if packing is not None and not tally.errors:
            packed = packing.commit()
    finally:
        if packing is not None and packed is None:
            packing.drop()
    yield Compiled(
        files=len(sources), others=others, documents=documents, documents_with=tally.documents_with, broken=broken,
        bytes=size, errors=tally.errors, warnings=tally.warnings, counts=dict(sorted(tally.counts.items())),
        not_run=not_run, shards=packed,
    )

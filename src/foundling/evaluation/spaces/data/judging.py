"""A text's bytes in, one label for every check of the training-data compiler out: the data space of the judge.

Deterministic without any draw: the seed is only written down. It holds the text against nothing that it was not given,
and says of such a check that it could not be told.
"""

from dataclasses import dataclass

from foundling.evaluation.spaces.data.bench import NOTHING, Bench, Given
from foundling.evaluation.spaces.data.check import Check, Met
from foundling.evaluation.spaces.data.diagnosing import NEARLY, can_run, findings, nearly_copies
from foundling.evaluation.spaces.data.form import Document, Finding, unread
from foundling.evaluation.spaces.data.places import Mark
from foundling.evaluation.spaces.data.reading import read_document
from foundling.evaluation.spaces.data.rows import row_document
from foundling.evaluation.spaces.data.table import CHECKS
from foundling.evaluation.spaces.space import Evidence, Label
from foundling.records import Story, content_hash

LARGEST = 16 * 2**20  # bytes of one candidate
_MOST_ROWS = 10_000
_FILE = "candidate"
_MISSING = {
    "tokenizer": "no tokenizer was given", "prints": "no evaluation texts were given", "today": "no day was given",
    "corpus": "there is no other document to hold it against", "originals": "no originals were given",
}


@dataclass(frozen=True, kw_only=True)
class DataSpace:
    """The checks as a judge. A candidate is a text with or without front matter, or JSON lines (it begins with `{`).

    originals: what a candidate may say it was made of; others: what is in the corpus already, to find copies of.
    """

    name: str = "data"
    given: Given = NOTHING
    checks: tuple[Check, ...] = CHECKS
    originals: tuple[Story, ...] = ()
    others: tuple[Story, ...] = ()

    def judge(self, candidate: bytes, *, seed: int) -> Evidence:
        """One label a check, named by its code: passed where nothing was found, None where it could not be asked."""
        documents = _parsed(candidate, self.given)
        found: dict[str, list[Finding]] = {check.code: [] for check in self.checks}
        with Bench(given=self.given) as bench:
            self._lay_out(bench)
            asked = [check for check in self.checks if can_run(check, bench) and self._can_hold(check, documents)]
            for document in documents:
                for check in asked:
                    found[check.code] += findings(document, bench, check)
            if NEARLY in found:
                found[NEARLY] += [one for one in nearly_copies(bench) if one.mark.file == _FILE]
        labels = tuple(_label(check, found[check.code], documents, check in asked) for check in self.checks)
        return Evidence(space=self.name, candidate=content_hash(candidate), seed=seed, labels=labels)

    def _lay_out(self, bench: Bench) -> None:
        """What the candidate is held against."""
        for story in self.originals:
            bench.originals.put(story.id, story.text)
        for story in self.others:
            bench.seen.first(story.id, story.title)
            words = "\n".join(turn.text for turn in story.turns) if story.form == "scene" else story.text
            bench.copies.put(words, Mark(file=story.title), story.id)

    def _can_hold(self, check: Check, documents: list[Document]) -> bool:
        """Whether there is what the check holds a candidate against."""
        if check.need == "corpus":
            return bool(self.others) or len(documents) > 1
        made = any(document.provenance.parent for document in documents)
        return check.need != "originals" or bool(self.originals) or not made


def _parsed(candidate: bytes, given: Given) -> list[Document]:
    mark = Mark(file=_FILE)
    if len(candidate) > LARGEST:
        return [unread(mark, "E027", f"{len(candidate):,} bytes")]
    if not candidate.lstrip().startswith(b"{"):
        return [read_document(candidate, _FILE, given.terms)]
    lines = [(number, line) for number, line in enumerate(candidate.split(b"\n"), 1) if line.strip()]
    read = [row_document(line.rstrip(b"\r"), Mark(file=_FILE, line=number), given.terms)
            for number, line in lines[:_MOST_ROWS]]
    more = len(lines) > _MOST_ROWS
    return [*read, unread(mark, "E029", f"{len(lines):,} rows")] if more else read


def _label(check: Check, found: list[Finding], documents: list[Document], asked: bool) -> Label:
    """What a check says of the candidate."""
    if found:
        first = found[0]
        said = f"{check.title}: {first.said}" if first.said else check.title
        more = f" ({len(found)} of these)" if len(found) > 1 else ""
        return Label(name=check.code, passed=False, detail=f"{first.mark.line}:{first.mark.column}: {said}{more}")
    if not asked:
        return Label(name=check.code, passed=None, detail=f"{check.title}: {_MISSING[check.need]}")
    if any(document.broken for document in documents) and not isinstance(check.find, Met):
        return Label(name=check.code, passed=None, detail=f"{check.title}: the text could not be read")
    return Label(name=check.code, passed=True, detail=check.title)

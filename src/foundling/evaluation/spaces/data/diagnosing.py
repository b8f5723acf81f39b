"""A document and the bench in, diagnostics out: every check of the table asked, what it found put in order.

A line from a hostile file may be a gigabyte long: of each only the part around the place is kept.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, Diagnostic, Met
from foundling.evaluation.spaces.data.form import Document, Finding

NEARLY = "W045"  # the check of `nearly_copies`
MOST_OF_A_CHECK = 20  # findings of one check in one document: whoever mends twenty will run it again
_BEFORE, _SHOWN = 60, 110  # characters of a line: before the place, and in all


def can_run(check: Check, bench: Bench) -> bool:
    """Whether the bench has what the check cannot do without."""
    given = bench.given
    return {"tokenizer": given.tokenizer is not None, "prints": len(given.prints) > 8, "today": bool(given.today)}.get(
        check.need, True)


def findings(document: Document, bench: Bench, check: Check) -> list[Finding]:
    """What one check finds in one document, in the order of the text; nothing where it cannot be run."""
    if not can_run(check, bench) or (document.broken and not isinstance(check.find, Met)):
        return []
    found = list(islice(check.find(document, bench), MOST_OF_A_CHECK + 1))
    if len(found) > MOST_OF_A_CHECK:
        last = found[MOST_OF_A_CHECK - 1]
        said = f"{last.said}, and more of these below".lstrip(", ")
        found[MOST_OF_A_CHECK - 1:] = [Finding(mark=last.mark, said=said)]
    return sorted(found, key=lambda one: one.mark)


def diagnose(document: Document, bench: Bench, checks: Sequence[Check]) -> Iterator[Diagnostic]:
    """Everything that is wrong with a document, from its first line to its last."""
    found = [(finding, check) for check in checks for finding in findings(document, bench, check)]
    for finding, check in sorted(found, key=lambda pair: (pair[0].mark, pair[1].code)):
        yield diagnostic(check, finding, "" if check.secret else document.places.line(finding.mark.line))


def nearly_copies(bench: Bench) -> Iterator[Finding]:
    """What only shows when all documents are there: which are nearly the same."""
    for before, mark, share in bench.copies.alike():
        yield Finding(mark=mark, said=f"about {share:.0%} of it stands in {before.file}:{before.line}")


def diagnostic(check: Check, finding: Finding, line: str) -> Diagnostic:
    """A finding as it is told."""
    at = finding.mark.column - 1
    begin = max(0, at - _BEFORE)
    return Diagnostic(
        code=check.code, severity=check.severity, mark=finding.mark,
        message=check.title + (f": {finding.said}" if finding.said else ""),
        source=line[begin:begin + _SHOWN], caret=at - begin,
    )

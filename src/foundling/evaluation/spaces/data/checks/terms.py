"""Where a text comes from, on what terms, who agreed and when: what front matter, rows or `--licence` state."""

import re
from collections.abc import Iterator
from datetime import date

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.telling import iso_date
from foundling.corpus.steps.licence import OPEN, Licensed, normalised
from foundling.corpus.steps.personal import found
from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, prose, rows
from foundling.evaluation.spaces.data.checks.names import one_edit
from foundling.evaluation.spaces.data.form import Document, Finding
from foundling.evaluation.spaces.data.heads import KEYS

_DATES = ("date", "retrieved")
_STANDS_IN = ("own", "given")


def no_licence(document: Document, _: Bench) -> Iterator[Finding]:
    """No licence, and no consent that stands in for one."""
    consent = document.consent.words.lower() if document.consent else ""
    if not document.provenance.origin.licence and not consent.startswith(_STANDS_IN):
        yield document.found(0)


def closed_licence(document: Document, _: Bench) -> Iterator[Finding]:
    """A licence that is none of the open ones."""
    licence = document.provenance.origin.licence
    if licence and normalised(licence) not in OPEN:
        yield document.key("licence", f"{licence[:60]!a}")


def no_source(document: Document, _: Bench) -> Iterator[Finding]:
    """Neither a source nor an author."""
    if not document.provenance.source and not document.provenance.origin.author:
        yield document.found(0)


def refused(document: Document, _: Bench) -> Iterator[Finding]:
    """A consent that says no."""
    if document.consent is not None:
        ruling = Licensed(allowed=())(document.story)
        if isinstance(ruling, Dropped):
            yield Finding(mark=document.consent.mark, said=f"it says {document.consent.words[:60]!a}")


def _day(value: str) -> date | None:
    """The first day that an ISO date may mean; None for what is no date."""
    match = re.match(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", iso_date(value))
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


def no_date(document: Document, _: Bench) -> Iterator[Finding]:
    """A date that no calendar has."""
    for key in _DATES:
        value = getattr(document.provenance.origin, key)
        if value and _day(value) is None:
            yield document.key(key, f"{value[:40]!a}")


def future(document: Document, bench: Bench) -> Iterator[Finding]:
    """A date after today's."""
    today = _day(bench.given.today)
    for key in _DATES if today else ():
        day = _day(getattr(document.provenance.origin, key))
        if day is not None and today is not None and day > today:
            yield document.key(key, f"{day.isoformat()}, and today is {today.isoformat()}")


def odd_key(document: Document, _: Bench) -> Iterator[Finding]:
    """A key that nobody reads and that is one letter off from one that is read."""
    for key in document.provenance.marks:
        if key not in KEYS and (meant := next((known for known in KEYS if one_edit(key, known)), "")):
            yield document.key(key, f"{key!a}: is {meant} meant?")


def personal(document: Document, _: Bench) -> Iterator[Finding]:
    """Mail addresses, telephone numbers, accounts, cards: what has a form. The value itself is not told."""
    yield from (document.found(one.start, f"of the kind {one.kind}") for one in found(document.text))


_KEY = "The miller had a key that fitted no door, and he kept it."
CHECKS = (
    Check(
        code="W034", title="key that nobody reads", find=odd_key,
        why="Front matter may hold any key, and unknown ones are left alone. This one is a letter off from a known "
        "one, and what it says (a licence, a consent) is lost.",
        wrong=prose(f"---\nlicense: own\nauthr: Ada\n---\n{_KEY}"), right=prose(f"---\nlicense: own\nmood: "
                                                                                f"grey\n---\n{_KEY}"),
        fix="Spell the key as it is read.",
    ),
    Check(
        code="W047", title="personal data", find=personal, secret=True,
        why="A mail address, telephone number, account, card, street address or the like: somebody can be found or "
        "harmed by it, and a being may say it to anybody. Detectors know forms and check digits, never names.",
        wrong=prose("Write to the miller at miller.jones@oldmill.org if you find the key."),
        right=prose("Write to the miller at the old mill if you find the key."),
        fix="Put a stand-in there; `foundling prepare` does so for all of them.",
    ),
    Check(
        code="W048", title="no licence", find=no_licence,
        why="Nothing says on what terms the text may be used. \"Found on the web\" is no licence; consent \"own\" or "
        "\"given by Ada\" stands in for one.",
        wrong=prose(_KEY), right=prose(f"---\nlicence: public domain\n---\n{_KEY}"),
        fix="Write licence: into the front matter, or give --licence for the whole folder.",
    ),
    Check(
        code="W049", title="licence that is not open", find=closed_licence,
        why="The terms forbid sale, changes or any use at all, or nobody knows what they are. What a being learns from "
        "it may come out of it again.",
        wrong=prose(f"---\nlicence: All rights reserved\n---\n{_KEY}"), right=prose(f"---\nlicence: CC BY-SA "
                                                                                    f"4.0\n---\n{_KEY}"),
        fix="Ask for other terms and note the consent, or leave the text out.",
    ),
    Check(
        code="W050", title="no source", find=no_source,
        why="Nothing says where the text comes from or who wrote it: it can neither be credited, nor found again, nor "
        "forgotten when its author asks for it.",
        wrong=prose(_KEY), right=prose(f"---\nauthor: Ada Miller\n---\n{_KEY}"),
        fix="Write source: or author: into the front matter, or give --source for the whole folder.",
    ),
    Check(
        code="E051", title="consent was refused", find=refused,
        why="Whoever was asked said no, or took their word back. No licence overrules that.",
        wrong=rows(f'{{"text": "{_KEY}", "licence": "own", "consent": "no"}}'),
        right=rows(f'{{"text": "{_KEY}", "licence": "own", "consent": "given by Ada"}}'),
        fix="Delete the text.",
    ),
    Check(
        code="E052", title="date that is none", find=no_date,
        why="A date is written as in ISO 8601: 1908, 1908-10 or 1908-10-31. What cannot be read cannot be sorted, and "
        "a hold-out by date would let it through.",
        wrong=prose(f"---\ndate: 2019-02-30\n---\n{_KEY}"), right=prose(f"---\ndate: 2020-02-29\n---\n{_KEY}"),
        fix="Write the date as year, month and day.",
    ),
    Check(
        code="E053", title="date in the future", find=future, need="today",
        why="A text that will be written one day was dated by a wrong clock, or by somebody who hopes to pass it off "
        "as newer than the split that it should have been held against.",
        wrong=prose(f"---\ndate: 2999-01-01\n---\n{_KEY}"), right=prose(f"---\ndate: 1908-10-31\n---\n{_KEY}"),
        fix="Mend the date.",
    ),
)

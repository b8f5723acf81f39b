"""A data card and a representation in, Markdown that people read out. It measures nothing.

Headings follow the questions of datasheets (Gebru et al. 2021). Names and titles come from outside: what Markdown or
HTML would take for their own is written so that it cannot be.
"""

from collections.abc import Callable, Iterable, Sequence

from foundling.corpus.audit.card import DataCard
from foundling.corpus.audit.representation import Representation, Share
from foundling.corpus.audit.tally import Group

Bounds = Callable[[int, int], tuple[float, float]]
_ROWS, _WORDS, _CLEAR = 25, 15, 1.96
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]#|~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def plain(text: str, longest: int = 120) -> str:
    """Text from outside as words in a cell: one line, cut where it is long, no mark-up of its own."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return (text if len(text) <= longest else text[:longest].rstrip() + " …").translate(_MARKS) or "not known"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    if not lines:
        return "Nothing.\n"
    ruled = f"|{'---|' * len(head)}"
    return "\n".join([f"| {' | '.join(head)} |", ruled, *lines]) + "\n"


def _groups(what: str, groups: Sequence[Group]) -> str:
    shown = groups[:_ROWS]
    rows = [(plain(row.name), f"{row.documents:,}", f"{row.bytes:,}", f"{row.words:,}") for row in shown]
    more = f"\nand {len(groups) - _ROWS:,} more.\n" if len(groups) > _ROWS else ""
    return f"### By {what}\n\n{_table((what, 'documents', 'bytes', 'words'), rows)}{more}"


def _composition(card: DataCard) -> str:
    share = card.simulated / card.documents if card.documents else 0.0
    lines = [
        f"{card.documents:,} documents, {card.bytes:,} bytes of UTF-8, {card.words:,} words: {card.prose:,} of prose "
        f"and {card.scenes:,} scenes of named turns.",
        f"{card.simulated:,} ({share:.1%}) were narrated by a program; {card.counterfactual:,} are counterfactual "
        "copies, in which women and men changed places.",
    ]
    for extreme, word in ((card.longest, "longest"), (card.shortest, "shortest")):
        if extreme:
            lines.append(f"The {word} is “{plain(extreme.title)}”: {extreme.words:,} words, {extreme.bytes:,} bytes.")
    return "## What is in it\n\n" + "\n".join(lines) + "\n"


def _provenance(card: DataCard) -> str:
    about = "" if card.authors_exact else "about "
    dates = f"from {card.first_date} to {card.last_date}" if card.first_date else "at times that were not written down"
    came = f", gathered between {card.first_retrieved} and {card.last_retrieved}" if card.first_retrieved else ""
    tables = [("source", card.sources), ("kind", card.kinds), ("licence", card.licences), ("consent", card.consents),
              ("language", card.languages), ("year of writing", card.years), ("length in words", card.lengths)]
    said = f"Written {dates}{came}, by {about}{card.authors:,} named authors; {card.nameless:,} documents name none."
    return f"## Where it comes from\n\n{said}\n\n" + "\n".join(_groups(what, groups) for what, groups in tables)


def _losses(card: DataCard) -> str:
    rows = [(plain(f.step), plain(f"it {f.reason}", 200), f"{f.documents:,}", f"{f.bytes:,}",
             "; ".join(plain(example, 60) for example in f.examples)) for f in card.falls[:2 * _ROWS]]
    said = (f"{card.dropped:,} documents ({card.dropped_bytes:,} bytes); among them {card.exact_copies:,} exact copies "
            f"and {card.near_copies:,} near-copies.")
    return f"## What was left out\n\n{said}\n\n{_table(('step', 'because', 'documents', 'bytes', 'for example'), rows)}"


def _personal(card: DataCard) -> str:
    rows = [
        (plain(row.kind), f"{row.replaced:,}", "not searched" if row.left is None else f"{row.left:,}")
        for row in card.personal
    ]
    return f"## Personal data\n\n{_table(('kind', 'stand-ins in the text', 'still in the text'), rows)}"


def markdown(card: DataCard, found: Representation | None = None, *, bounds: Bounds | None = None) -> str:
    """The card, and whom the texts tell of where that was counted.

    bounds: (hits, of how many) -> the ends of a 95% interval, `evaluation.intervals.wilson`; None: no intervals.
    """
    facts = "".join(f"- {plain(name)}: {plain(value, 400)}\n" for name, value in card.facts)
    unknown = "".join(f"- {sentence}\n" for sentence in card.unknown)
    parts = ["# Data card\n" + (f"\n{facts}" if facts else ""), _composition(card), _provenance(card), _losses(card),
             _personal(card), *(_people(found, bounds) if found else ()), f"## What is not known\n\n{unknown}"]
    return "\n".join(parts)


def _share(row: Share, bounds: Bounds | None) -> tuple[str, ...]:
    share = f"{row.women / row.told:.1%}" if row.told else "–"
    if bounds and row.told:
        low, high = bounds(row.women, row.told)
        share += f" ({low:.1%} to {high:.1%})"
    return plain(row.name), f"{row.women:,}", f"{row.men:,}", f"{row.other:,}", share


def _people(found: Representation, bounds: Bounds | None) -> tuple[str, ...]:
    head = ("", "women", "men", "not said", "women among those told")
    tables = [("Women and men", found.genders), ("Ages", found.ages),
              ("Work", tuple(row for row in found.professions if not row.marked)[:_ROWS])]
    parts = [f"### {name}\n\n{_table(head, [_share(row, bounds) for row in rows])}" for name, rows in tables]
    clear = [row for row in found.adjectives if abs(row.z) >= _CLEAR]
    for side, rows in (("women", clear), ("men", clear[::-1])):
        words = [f"{r.word} ({r.women} : {r.men})" for r in rows if (r.z > 0) == (side == "women")][:_WORDS]
        parts.append(f"### Said more of {side} (women : men)\n\n{', '.join(words) or 'Nothing clear.'}\n")
    places = ", ".join(f"{plain(place.name)} {place.count:,}" for place in found.places)
    parts.append(f"### Places\n\n{places or 'None.'}\n")
    return ("## Whom it tells of\n", *parts)

"""An audit as a page: a data card, whom the texts tell of and what a being made of them flow in, one HTML page out.

It is for people who have to stand behind a corpus: figures first in plain words, every unknown said, no verdict. The
page has no script and no outside link. It measures nothing and reads no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from foundling.corpus.audit import DataCard, Representation
from foundling.corpus.audit.tally import Group
from foundling.evaluation.bias import BiasTable, Gap
from foundling.evaluation.bias.pairs import CROWS, WINO
from foundling.evaluation.bias.table import LEANING
from foundling.evaluation.intervals import wilson
from foundling.life.drawing import share_bar
from foundling.life.pages import audit_plots as plots
from foundling.life.pages.frame import framed, section
from foundling.life.words import bytes_words, caged, day_words, escaped, number_words
from foundling.records import to_jsonable

SHEET = "audit.css"
_CLEAR, _WORDS, _WORK, _FALLS = 1.96, 14, 16, 20


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a mitigation costs: held-out bits per byte before and after, the difference with its bounds (None: none)."""

    before: float
    after: float
    change: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class AuditData:
    """All that the page says; what is None was not measured, and the page says so. `gaps` and `cost`: the mitigation
    measured, beings raised without it before and with it after; `made`: an ISO day; `notes`: sentences to add."""

    name: str
    card: DataCard
    representation: Representation | None = None
    bias: BiasTable | None = None
    gaps: Sequence[Gap] = ()
    cost: Cost | None = None
    made: str = ""
    notes: Sequence[str] = ()


def audit_figures(data: AuditData) -> dict[str, Any]:
    """All figures of the page as plain JSON values, shares with their Wilson bounds; single outcomes are left out."""
    facts: dict[str, Any] = {"name": data.name, "made": data.made, "notes": list(data.notes)}
    facts["card"] = to_jsonable(data.card)
    if data.representation:
        found = to_jsonable(data.representation)
        for key in ("genders", "ages", "professions", "names"):
            for row in found[key]:
                told = row["women"] + row["men"]
                low, high = wilson(row["women"], told)
                row |= {"share": row["women"] / told if told else None, "low": low, "high": high}
        facts["representation"] = found
    if data.bias:
        facts["bias"] = {"pairs": data.bias.pairs, "rows": to_jsonable(data.bias.rows)}
    return facts | {"gaps": to_jsonable(list(data.gaps)), "cost": to_jsonable(data.cost)}


def _head(data: AuditData) -> str:
    card = data.card
    made = f"Counted on {day_words(data.made)}. " if data.made else ""
    noted = "".join(f'<p class="quiet">{caged(note, 600)}</p>' for note in data.notes)
    return (
        f'<header class="head"><div><p class="kind">Data card and audit</p><h1>{caged(data.name, 80)}</h1>'
        f'<p class="opening">{card.documents:,} documents with {bytes_words(card.bytes)} of text: '
        f"{number_words(float(card.words))} words.</p>"
        f'<p class="quiet">{made}Everything here was counted by a program with short rules; it shows where to look, '
        f"not how good the texts are. What nobody wrote down is called unknown.</p>{noted}</div></header>"
    )


def _most(groups: Sequence[Group], whole: int) -> str:
    """The largest group in words."""
    known = [row for row in groups if row.name]
    if not known or not whole:
        return "not written down"
    return f"{caged(known[0].name, 60)} for {known[0].bytes / whole:.0%} of the text"


def _brief(data: AuditData) -> str:
    card, found = data.card, data.representation
    rows = [
        ("Terms", f"Licence: {_most(card.licences, card.bytes)}. Consent: {_most(card.consents, card.bytes)}."),
        ("Language", f"{_most(card.languages, card.bytes).capitalize()}."),
        ("Made up by a program", f"{card.simulated:,} of {card.documents:,} documents."
         + (f" {card.counterfactual:,} are counterfactual copies." if card.counterfactual else "")),
        ("Left out", f"{card.dropped:,} documents, among them {card.exact_copies:,} exact copies and "
         f"{card.near_copies:,} near-copies."),
        ("Personal data", _personal_words(card)),
    ]
    if found:
        pronouns = found.genders[0]
        ratio = f", {pronouns.men / pronouns.women:.1f} to 1" if pronouns.women else ""
        rows.append(("Women and men", f"He, him, his and himself stand {pronouns.men:,} times, she, her, hers and "
                     f"herself {pronouns.women:,} times{ratio}."))
    leaning = next((row for row in data.bias.rows if row.measure == LEANING), None) if data.bias else None
    if leaning:
        rows.append(("A being raised on it", "Of two sentences that differ only in he or she, it finds the one with "
                     f"he likelier in {leaning.share:.0%} of {leaning.n:,} cases."))
    listed = "".join(f"<li><b>{name}.</b> {words}</li>" for name, words in rows)
    return section("In short", "The answers that people ask for first.", f'<ul class="brief">{listed}</ul>')


def _personal_words(card: DataCard) -> str:
    replaced = sum(row.replaced for row in card.personal)
    searched = not any("personal data" in sentence for sentence in card.unknown)
    left = sum(row.left or 0 for row in card.personal)
    found = f"{left:,} more still stand in the text" if searched else "what is left was not searched for"
    return f"{replaced:,} stand-ins in the text; {found}. Names of people are not searched for."


def _made_of(card: DataCard) -> str:
    lead = "How much there is, in how long pieces, and from which sources."
    scenes = f"{card.prose:,} of prose, {card.scenes:,} scenes"
    pairs = [("Documents", f"{card.documents:,}"), ("Of which", scenes), ("Text, UTF-8", bytes_words(card.bytes)),
             ("Words", f"{card.words:,}"), ("Made by a program", f"{card.simulated:,}"),
             ("Counterfactual copies", f"{card.counterfactual:,}")]
    for extreme, word in ((card.longest, "Longest"), (card.shortest, "Shortest")):
        if extreme:
            pairs.append((word, f"{caged(extreme.title, 60)}, {extreme.words:,} words"))
    body = "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs) + "</dl>"
    bands = [row.name.replace("up to ", "≤ ").replace("over ", "> ").replace(",000", "k") for row in card.lengths]
    drawn = plots.columns([row.documents for row in card.lengths], bands, "Documents by length in words")
    body += f"<h3>Documents by length in words</h3>{drawn or plots.missing('There is no document.')}"
    body += f"<h3>Sources, by share of the text</h3>{plots.group_bars(card.sources, card.bytes)}"
    return section("What it is made of", lead, body)


def _years(card: DataCard) -> str:
    decades: dict[str, int] = {}
    for row in sorted(card.years, key=lambda row: row.name):
        if row.name[:3].isdigit():
            key = f"{row.name[:3]}0s" if card.last_date[:3] != card.first_date[:3] else row.name
            decades[key] = decades.get(key, 0) + row.documents
    undated = sum(row.documents for row in card.years if not row.name)
    names, counts = list(decades)[-12:], list(decades.values())[-12:]
    if not names:
        return plots.missing("No document says when it was written.")
    names, counts = (["?", *names], [undated, *counts]) if undated else (names, counts)
    older = sum(list(decades.values())[:-12])
    said = f"?: {undated:,} documents without a date. " if undated else ""
    said += f"{older:,} older ones are not drawn." if older else ""
    drawn = plots.columns(counts, names, "Documents by time of writing", [bool(undated)])
    return drawn + (f'<p class="quiet">{said}</p>' if said else "")


def _provenance(card: DataCard) -> str:
    lead = "Under which terms it came here, as far as the sources say. Shares are of bytes."
    about = "" if card.authors_exact else "about "
    body = ""
    for name, groups in (("Licences", card.licences), ("Consent", card.consents), ("Languages", card.languages),
                         ("Kinds of file", card.kinds)):
        body += f"<div><h3>{name}</h3>{plots.group_bars(groups, card.bytes, most=6)}</div>"
    nameless = f"; {card.nameless:,} documents name no author" if card.nameless else ""
    first, last = day_words(card.first_retrieved), day_words(card.last_retrieved)
    came = "When the texts were gathered was not written down."
    if card.first_retrieved:
        came = f"Gathered on {first}." if first == last else f"Gathered between {first} and {last}."
    by = f"<h3>By whom</h3><p>{about}{card.authors:,} named authors{nameless}. {came}</p>"
    return section("Where it comes from", lead,
                   f'<div class="two">{body}</div><h3>When it was written</h3>{_years(card)}{by}')


def _left_out(card: DataCard) -> str:
    lead = "Nothing falls silently: each reason, how many documents it cost, and up to three of them by title."
    if not card.falls:
        return section("What was left out", lead, plots.missing("Nothing was left out, or no record of it was given."))
    top, rows = max(fall.documents for fall in card.falls), ""
    for fall in card.falls[:_FALLS]:
        examples = "; ".join(caged(example, 50) for example in fall.examples)
        why = f'<small class="why">{escaped(fall.step, 40)}: {examples}</small>'
        rows += (f'<tr><th scope="row">It {caged(fall.reason, 160)}{why}</th><td class="draw">'
                 f'{share_bar(fall.documents / top, f"{fall.documents:,} documents")}</td>'
                 f'<td class="num">{fall.documents:,}<small>{bytes_words(fall.bytes)}</small></td></tr>')
    more = f'<p class="quiet">and {len(card.falls) - _FALLS:,} more reasons.</p>' if len(card.falls) > _FALLS else ""
    return section("What was left out", lead, f'<table class="bars"><tbody>{rows}</tbody></table>{more}')


def _personal(card: DataCard) -> str:
    lead = ("Addresses, numbers and the like, found by their form. A stand-in such as [mail 1] holds the place of what "
            "was taken out.")
    top, rows = max((row.replaced + (row.left or 0) for row in card.personal), default=0), ""
    for row in card.personal:
        left = "not searched" if row.left is None else f"{row.left:,} left"
        rows += (f'<tr><th scope="row">{escaped(row.kind[:1].upper() + row.kind[1:], 40)}</th><td class="draw">'
                 f'{share_bar(row.replaced / top if top else 0.0, f"{row.replaced:,} replaced")}</td>'
                 f'<td class="num">{row.replaced:,}<small>{left}</small></td></tr>')
    none = plots.missing("No stand-in is in the text.")
    return section("Personal data", lead, f'<table class="bars"><tbody>{rows}</tbody></table>' if rows else none)


def _people(found: Representation | None) -> str:
    lead = ("Counted where the text says he or she, or uses a word or name that it uses so elsewhere. The band is a "
            "95% interval; it takes each word for independent, which is too sure. The rules do not see who is neither.")
    if found is None:
        return section("Whom it tells of", lead, plots.missing("This was not counted."))
    work = [row for row in found.professions if not row.marked]
    rare = plots.rare(work)
    told = "".join(f"<h3>{name}</h3>{plots.share_rows(rows)}" for name, rows in (
        ("Women and men", found.genders), ("Ages", found.ages), ("Work", plots.common(work, _WORK))))
    silent = sum(row.other for row in found.genders if row.name == "who speaks")
    told += (f'<p class="quiet">{rare:,} kinds of work with fewer than ten such cases are not drawn. Of {silent:,} '
             "speeches the rules could not tell who speaks: I, they, an animal, or a name of no known gender.</p>")
    return section("Whom it tells of", lead, told)


def _said(found: Representation | None) -> str:
    lead = ("Qualities that stand before a word for a woman or a man, or after “she was” and “he was”: log-odds with a "
            "prior from the whole text (Monroe and others, 2008). Counts are women : men.")
    if found is None:
        return section("What is said of them", lead, plots.missing("This was not counted."))
    clear = [row for row in found.adjectives if abs(row.z) >= _CLEAR]
    sides = {"women": [row for row in clear if row.z > 0], "men": [row for row in reversed(clear) if row.z < 0]}
    reach = max((abs(row.log_odds) for row in clear), default=1.0) * 1.35
    body = ""
    for name, rows in sides.items():
        body += f"<div><h3>Said more of {name}</h3>{plots.leaning_rows(rows[:_WORDS], reach)}</div>"
    return section("What is said of them", lead, f'<div class="two">{body}</div>')


def _places(found: Representation | None) -> str:
    lead = "Words for places, and capitalised words after in, at or from, with how often they stand there."
    if found is None or not found.places:
        return section("Where it happens", lead, plots.missing("No place was found."))
    parts = ""
    for name, rows in (("Kinds of places", [p for p in found.places if p.group != "named"]),
                       ("Places with a name", [p for p in found.places if p.group == "named"])):
        words = " · ".join(f"{caged(place.name, 40)}<small>{place.count:,}</small>" for place in rows)
        parts += f'<h3>{name}</h3><p class="flow">{words or "none found"}</p>'
    return section("Where it happens", lead, parts)


def _bias(data: AuditData) -> str:
    lead = ("Pairs of sentences that differ in whom they are about. The dot says how often the more stereotyping one "
            "is the likelier; the upright line is one half, no leaning. The sets have known faults: read trends in "
            "them, no verdicts.")
    if data.bias is None:
        return section("What a being makes of it", lead, plots.missing("No being was examined."))
    body = ""
    for measure, words in (
            (CROWS, "Whole sentences by their likelihood, which also counts how rare the changed word is."),
            (WINO, "Stereotyped against anti-stereotyped readings of the same scene."),
            (LEANING, "The same sentences by pronoun: how often he is likelier than she, whatever the work.")):
        rows = [row for row in data.bias.rows if row.measure == measure]
        body += f'<h3>{measure}</h3><p class="quiet">{words}</p>{plots.bias_rows(rows)}' if rows else ""
    return section("What a being makes of it", lead, body)


def _mitigation(data: AuditData) -> str:
    lead = ("Counterfactual augmentation: texts are also told with women and men in each other’s places. Beings raised "
            "without it (before) and with it (after) are held against each other on the same pairs.")
    if not data.gaps:
        return section("What can be done", lead, plots.missing("No beings raised with and without it were compared."))
    body = plots.gap_rows(data.gaps)
    if data.cost:
        bounds = "" if data.cost.low is None or data.cost.high is None \
            else f" (95% interval {data.cost.low:+.4f} to {data.cost.high:+.4f})"
        body += (f"<h3>What it costs</h3><p>On stories that neither had read it needs {data.cost.after:.4f} bits per "
                 f"byte after, {data.cost.before:.4f} before: {data.cost.change:+.4f}{bounds}.</p>")
    return section("What can be done", lead, body)


def _unknown(card: DataCard) -> str:
    lead = "What the sources did not say and what no rule here can see."
    listed = "".join(f"<li>{caged(sentence, 300)}</li>" for sentence in card.unknown)
    facts = "".join(
        f"<div><dt>{escaped(name, 60)}</dt><dd>{caged(value, 400)}</dd></div>" for name, value in card.facts)
    noted = f"<h3>Noted besides</h3><dl>{facts}</dl>" if facts else ""
    return section("What is not known", lead, f'<ul class="brief">{listed}</ul>{noted}')


def audit_page(data: AuditData) -> str:
    """One self-contained HTML page; the same data gives the same page, byte for byte."""
    card, found = data.card, data.representation
    body = "".join((
        _head(data), _brief(data), _made_of(card), _provenance(card), _left_out(card), _personal(card), _people(found),
        _said(found), _places(found), _bias(data), _mitigation(data), _unknown(card)))
    return framed(f"{data.name}: data card", body, SHEET)

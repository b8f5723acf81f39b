"""The page of a choice: portraits of a pool and what was chosen of them flow in, one self-contained page flows out.

It says what is in, what is out and why, and holds the choice beside the pool. It chooses nothing and writes no file.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from foundling.corpus.curation.choice import Choice
from foundling.corpus.curation.objective import OBJECTIVE_WORDS
from foundling.corpus.portrait import Portrait
from foundling.corpus.portrait.arc import FLAT, SHAPES
from foundling.life.drawing import share_bar
from foundling.life.pages.frame import framed, section
from foundling.life.pages.plots import bins, bundle, pair_bars, spark
from foundling.life.words import bytes_words, caged, day_words, escaped, number_words

SHEET = "curation.css"
_ARCS, _IN, _OUT = 40, 40, 25
_KEY = '<p class="key"><span class="in">chosen</span><span class="all">the whole pool</span></p>'
_SHAPE_WORDS = {
    "rise": "from bad to good", "fall": "from good to bad", "man in a hole": "a fall, then a rise",
    "Icarus": "a rise, then a fall", "Cinderella": "rise, fall, rise", "Oedipus": "fall, rise, fall",
}
Measure = Callable[[Portrait], float]
# What is compared: in words, how it is taken from a portrait, and whether it is a share.
_MEASURES: tuple[tuple[str, Measure, bool], ...] = (
    ("Words of feeling, per 1,000", lambda p: sum(p.feelings.values()), False),
    ("Words of moral themes, per 1,000", lambda p: sum(p.themes.values()), False),
    ("Talk", lambda p: p.talk, True),
    ("Turns of talk", lambda p: p.turns, False),
    ("People with a name", lambda p: len(p.people), False),
    ("Pairs of people who meet", lambda p: p.pairs, False),
    ("Meetings", lambda p: p.meetings, False),
    ("Strength of the arc", lambda p: p.strength, True),
    ("Rare words", lambda p: p.rare, True),
    ("Reading ease (Flesch)", lambda p: p.ease, False),
    ("Words a sentence", lambda p: p.sentence, False),
)


@dataclass(frozen=True, kw_only=True)
class CurationData:
    """All that the page says. title: of the page, in plain text; made: an ISO day, "" where it is not said; portraits:
    of the pool, in the order in which `choose` was given them; choice: what it returned; notes: sentences to add."""

    title: str
    portraits: Sequence[Portrait]
    choice: Choice
    made: str = ""
    notes: Sequence[str] = ()


def _size(value: float, unit: str) -> str:
    return bytes_words(value) if unit == "bytes" else f"{number_words(float(value))} {escaped(unit, 20)}"


def _mean(portraits: Sequence[Portrait], measure: Measure) -> float:
    return sum(map(measure, portraits)) / len(portraits) if portraits else 0.0


def _rate(portraits: Sequence[Portrait], measure: Measure) -> float:
    """A mean of figures per 1,000 words, longer stories counting for more."""
    words = sum(p.words for p in portraits)
    return sum(measure(p) * p.words for p in portraits) / words if words else 0.0


def _figure(value: float, share: bool = False) -> str:
    return f"{value:.1%}" if share else f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _change(pool: float, choice: float) -> str:
    if abs(pool) < 1e-12:
        return ""
    ratio = choice / pool - 1
    if abs(ratio) < 0.005:
        return '<span class="quiet">same</span>'
    return f'<span class="{"up" if ratio > 0 else "down"}">{ratio:+.0%}</span>'.replace("-", "−")


def _rows(rows: Sequence[tuple[str, float, float, bool]], *, common: bool) -> str:
    """A table of pairs: name, pool, choice, share. common: all bars on one scale, else every row on its own."""
    most, body = max((max(pool, choice) for _, pool, choice, _ in rows), default=0.0), ""
    for name, pool, choice, share in rows:
        label = f"{name}: pool {_figure(pool, share)}, chosen {_figure(choice, share)}"
        drawn = pair_bars(pool, choice, most if common else 1.15 * max(pool, choice), label)
        numbers = f'<td class="num">{_figure(choice, share)}</td>'
        numbers += "" if common else f'<td class="num quiet">{_figure(pool, share)}</td>'
        body += (f'<tr><th scope="row">{escaped(name[:1].upper() + name[1:], 60)}</th><td class="draw">{drawn}</td>'
                 f'{numbers}<td class="num">{_change(pool, choice)}</td></tr>')
    head = "" if common else (
        '<thead><tr><th></th><th></th><th class="num">Chosen</th><th class="num">Pool</th><th class="num"></th></tr>'
        "</thead>")
    return f'<table class="pairs{" narrow" if common else ""}">{head}<tbody>{body}</tbody></table>'


def _head(data: CurationData, chosen: Sequence[Portrait]) -> str:
    choice, wish = data.choice, data.choice.wish
    total = sum(placed.size for placed in choice.placed)
    objective = OBJECTIVE_WORDS.get(wish.objective, "")
    made = f"Chosen on {day_words(data.made)}. " if data.made else ""
    share = choice.used / total if total else 0.0
    noted = "".join(f'<p class="quiet">{caged(note, 600)}</p>' for note in data.notes)
    return (
        f'<header class="head"><div><p class="kind">A choice of stories</p><h1>{caged(data.title, 80)}</h1>'
        f'<p class="opening">{len(chosen):,} of {len(choice.placed):,} stories were chosen for {escaped(objective)}.'
        f'</p><p class="verdict">{_size(choice.used, wish.unit)} of {_size(total, wish.unit)}; the budget was '
        f'{_size(wish.budget, wish.unit)}.</p><div class="part-of">'
        f'{share_bar(share, f"{share:.1%} of the pool is in")}</div><p class="quiet part-of">{made}By the measure that '
        f"it was chosen for, the whole pool would be worth 100% and the choice is worth {choice.worth:.1%}, in "
        f"{share:.1%} of its size.</p>{noted}</div></header>"
    )


def _asked(data: CurationData) -> str:
    choice, wish = data.choice, data.choice.wish
    lead = "What was asked for, and what could have been asked for instead. Nothing else went into the choice."
    options = "".join(
        f'<li class="{"used" if name == wish.objective else "unused"}"><b>{escaped(name.capitalize())}</b>: '
        f"{escaped(words)}.</li>" for name, words in OBJECTIVE_WORDS.items())
    hand = [(wish.pins, "Pinned by hand, always in"), (wish.bans, "Banned by hand, never in")]
    titles = {placed.id: placed.title for placed in choice.placed}
    listed = ""
    for things, words in hand:
        shown = ", ".join(caged(titles.get(thing, thing), 80) for thing in things[:20])
        more = f" and {len(things) - 20:,} more" if len(things) > 20 else ""
        listed += f'<li class="{"used" if things else "unused"}"><b>{words}</b>: {shown or "none"}{more}.</li>'
    listed += (f'<li class="used"><b>Budget</b>: at most {_size(wish.budget, wish.unit)}, counted in '
               f'{escaped(wish.unit, 20)}.</li><li class="used"><b>Order of choosing</b>: by {escaped(choice.way)}. '
               "Two orders were tried, by gain for size and by plain gain; the other one came out no better.</li>")
    return section("What was asked", lead, f'<ul class="options">{options}{listed}</ul>')


def _changed(pool: Sequence[Portrait], chosen: Sequence[Portrait]) -> str:
    lead = ("The mean of every measure in the choice beside that of the whole pool. These are counts of words and "
            "signs; they say where to look, not how good a story is.")
    rows = [(name, _mean(pool, take), _mean(chosen, take), share) for name, take, share in _MEASURES]
    return section("What choosing changed", lead, _KEY + _rows(rows, common=False))


def _told(pool: Sequence[Portrait], chosen: Sequence[Portrait]) -> str:
    def rows(names: Sequence[str], take: Callable[[str], Measure]) -> list[tuple[str, float, float, bool]]:
        found = [(name, _rate(pool, take(name)), _rate(chosen, take(name)), False) for name in names]
        return sorted(found, key=lambda row: (-row[1], row[0]))

    names = (list(pool[0].feelings), list(pool[0].themes)) if pool else ([], [])
    feelings = rows(names[0], lambda name: lambda p: p.feelings.get(name, 0.0))
    themes = rows(names[1], lambda name: lambda p: p.themes.get(name, 0.0))
    lead = ("Signs of each per 1,000 words, the commonest first. Rare ones should gain most: the first stories that "
            "bring one count for more than the fiftieth.")
    body = (f'{_KEY}<div class="columns"><div><h3>Feelings</h3>{_rows(feelings, common=True)}</div>'
            f"<div><h3>Moral themes</h3>{_rows(themes, common=True)}</div></div>")
    return section("Feelings and moral themes", lead, body)


def _arcs(pool: Sequence[Portrait], chosen: Sequence[Portrait]) -> str:
    counts = Counter(p.shape for p in pool)
    lead = ("How good or bad the words sound from beginning to end, after Reagan and others (2016). Thin lines are "
            f"single stories, the strongest {_ARCS} of each shape, about their own mean; the thick one is their mean.")
    parts = []
    for name in SHAPES:
        own = sorted((p for p in chosen if p.shape == name), key=lambda p: (-p.strength, p.id))
        drawn = bundle([p.arc for p in own[:_ARCS]], f"Arcs: {name}") or '<p class="missing">None was chosen.</p>'
        heading = escaped(name[:1].upper() + name[1:])
        parts.append(f"<article><h3>{heading}</h3><p>{_SHAPE_WORDS[name]}; {len(own):,} of {counts[name]:,} in</p>"
                     f"{drawn}</article>")
    flat = sum(p.shape == FLAT for p in chosen)
    body = (f'<div class="arcs">{"".join(parts)}</div><p class="quiet part-of">{flat:,} of {counts[FLAT]:,} stories '
            "without a marked arc are in too: their ups and downs are no larger than chance would make them.</p>")
    return section("Arcs", lead, body)


def _spread(values: Sequence[int], count: int) -> list[float]:
    found = Counter(min(count - 1, max(0, value)) for value in values)
    return [found[i] / max(1, len(values)) for i in range(count)]


def _company(pool: Sequence[Portrait], chosen: Sequence[Portrait]) -> str:
    lead = "How many stories have so much talk, and so many people with a name. Shares of the choice and of the pool."
    talk = [_spread([int(p.talk * 10) for p in group], 10) for group in (pool, chosen)]
    people = [_spread([len(p.people) for p in group], 13) for group in (pool, chosen)]
    names = [str(i) for i in range(12)] + ["12+"]
    tens = ["0%", *(f"{10 * i}" for i in range(1, 9)), "90+"]
    body = (f'{_KEY}<div class="columns"><div><h3>Talk, part of the text</h3>{bins(talk[0], talk[1], tens, "Talk")}'
            f'</div><div><h3>People with a name</h3>{bins(people[0], people[1], names, "People")}</div></div>')
    return section("Talk and people", lead, body)


def _people(count: int) -> str:
    return "nobody with a name" if not count else f"{count:,} {'people' if count > 1 else 'person'}"


def _story(portrait: Portrait, rank: str, why: str) -> str:
    felt = sorted(portrait.feelings.items(), key=lambda item: (-item[1], item[0]))[:3]
    facts = [f"{portrait.talk:.0%} talk", _people(len(portrait.people)),
             "no marked arc" if portrait.shape == FLAT else portrait.shape,
             ", ".join(name for name, value in felt if value > 0), f"ease {portrait.ease:.0f}"]
    said = " · ".join(escaped(fact, 60) for fact in facts if fact)
    return (
        f'<li><span class="rank">{rank}</span><div><p class="title">{caged(portrait.title, 120)}</p>'
        f'<p class="why">{escaped(why[:1].upper() + why[1:], 300)}.</p><p class="quiet">{said}</p></div>'
        f"{spark(portrait.arc, f'Arc: {portrait.shape}')}</li>"
    )


def _chosen(data: CurationData) -> str:
    order = data.choice.chosen
    placed = data.choice.placed
    lead = ("Pins first, then those that brought most. The number is the turn in which a story was chosen, and what it "
            "brought is said as it stood then. The line is its arc.")
    first = sorted(order, key=lambda i: (placed[i].id not in data.choice.wish.pins, -placed[i].gain, i))
    rows = "".join(_story(data.portraits[i], f"{placed[i].rank:,}", placed[i].why) for i in first[:_IN])
    more = f'<p class="quiet">These are {_IN} of {len(order):,}.</p>' if len(order) > _IN else ""
    return section("What is in", lead, f'<ol class="stories">{rows}</ol>{more}' if rows else
                   '<p class="missing">Nothing was chosen: the budget is smaller than every story.</p>')


def _left(data: CurationData) -> str:
    placed = data.choice.placed
    left = [i for i, one in enumerate(placed) if not one.chosen]
    lead = "Those banned by hand first, then those that came nearest to being in. The pool itself stays whole."
    order = sorted(left, key=lambda i: (not placed[i].why.startswith("is banned"), -placed[i].gain / placed[i].size, i))
    rows = "".join(_story(data.portraits[i], "", placed[i].why) for i in order[:_OUT])
    more = f'<p class="quiet">These are {_OUT} of {len(left):,}.</p>' if len(left) > _OUT else ""
    return section("What is out, and why", lead, f'<ol class="stories out">{rows}</ol>{more}' if rows else
                   '<p class="missing">Nothing: the whole pool is in.</p>')


def curation_page(data: CurationData) -> str:
    """One self-contained HTML page: no script, no outside link, light and dark, fit for a telephone and for paper.

    The same data gives the same page, byte for byte.
    """
    pool, chosen = data.portraits, [data.portraits[i] for i in data.choice.chosen]
    body = _head(data, chosen) + _asked(data) + _changed(pool, chosen) + _told(pool, chosen)
    body += _arcs(pool, chosen) + _company(pool, chosen) + _chosen(data) + _left(data)
    return framed(f"{data.title}: a choice of stories", body, SHEET)

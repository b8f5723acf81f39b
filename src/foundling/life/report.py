"""The birth report: what is known of a birth flows in as plain things, one self-contained HTML page flows out.

Everything written by people, stories or models is escaped; the page has no script, no outside link and a content
security policy that allows its own style sheet alone. It measures nothing, reads no home and writes no file.
"""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from foundling.life.drawing import cloth, curve_plot, share_bar
from foundling.life.pages.figures import bar_words, drawn_score, state_words
from foundling.life.pages.frame import framed, section
from foundling.life.words import (
    age_words,
    bytes_words,
    caged,
    day_words,
    escaped,
    figure_words,
    finite,
    interval_words,
    number_words,
    unit_words,
    value_words,
)
from foundling.records import Card, Score

_HITS, _MISSES, _DROPS = 12, 40, 60
# What people call a figure, one sentence about it, and what its `n` counts.
_WORDS: dict[str, tuple[str, str, str]] = {
    "bits_per_byte": (
        "Bits per byte", "What it still has to guess of each letter of stories that it never read. "
        "Lower is better; 8 means that it knows nothing.", "bytes"),
    "perplexity": (
        "Perplexity", "Between how many equally likely pieces of text it wavers at each step. "
        "Lower is better; 1 is certainty.", ""),
    "name_hold": (
        "Name hold", "How often it gives its own name when asked in words that it was never taught. "
        "Higher is better.", "questions"),
    "name_leak": (
        "Name leak", "How often somebody else in the room claims its name. Lower is better; 0 is right.", "questions"),
    "tokens_per_second": ("Speed, tokens per second", "Pieces of text read in a second. Higher is better.", ""),
    "seconds": ("Time of birth", "From the first step to the last figure.", ""),
    "dtype": ("Number format", "", ""),
    "bytes": ("Text, UTF-8", "", ""),
    "tokens": ("Tokens (its own pieces)", "", ""),
}
_VERDICTS = {
    "better": "What was tried passed, so it was kept and now lives.",
    "not_better": "What was tried did not pass, so it was not kept.",
    "undecided": "Undecided: the exam was too small to tell, so nothing was changed.",
}


@dataclass(frozen=True, kw_only=True)
class BirthData:
    """All that a birth report says. Only `name`, `born` and `generation` must be there; what is missing is said so.

    born, written: ISO dates or times; their difference is the age. verdict: an outcome of `records.Verdict`, with or
    without ": reason", or words of one's own. plan: size, parameters, seed, dtype, threads, predictions
    (name -> value); outcome: the same names -> what came true. corpus: stories, scenes, bytes, tokens; splits (name ->
    count, or name -> {stories, bytes, ...}); drops ((title, reason) or {title, reason}) and dropped, their count where
    not all are listed; train_bytes and train_tokens, what the first stage trained on. curves: (stage, points {step,
    loss, validation}), the first being the stage that learns from stories alone, with its loss in nats per token and
    its validation in bits per byte; stages: stage -> {validation_start, validation, kept_step, steps}. answers: {cell,
    ask, answerer, answer, hit}, where hit means "as it should be", in leak cells too. samples: {temperature, text}.
    """

    name: str
    born: str
    generation: int
    written: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    outcome: Mapping[str, Any] = field(default_factory=dict)
    corpus: Mapping[str, Any] = field(default_factory=dict)
    curves: Sequence[tuple[str, Sequence[Mapping[str, Any]]]] = ()
    stages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    cells: Sequence[Score] = ()
    answers: Sequence[Mapping[str, Any]] = ()
    samples: Sequence[Mapping[str, Any]] = ()
    verdict: str = ""
    notes: Sequence[str] = ()
    card: Card | None = None


def _title(name: str) -> str:
    """The heading of a named figure; the units that its value will show anyway are left off."""
    if name in _WORDS:
        return _WORDS[name][0]
    plain = " ".join(re.sub(r"[_/:.-]+", " ", re.sub(r"_(bytes|mb|seconds)$", "", name)).split())
    return escaped(plain[:1].upper() + plain[1:], 120) or "Unnamed"


def _missing(sentence: str) -> str:
    return f'<p class="missing">{sentence}</p>'


def _header(*cells: tuple[str, str]) -> str:
    """The head of a table, from (words, class)."""
    return "<thead><tr>" + "".join(f'<th class="{kind}">{words}</th>' for words, kind in cells) + "</tr></thead>"


def _table(scores: Sequence[Score], what: str) -> str:
    """Scores as rows with their drawn intervals; `what` heads the first column."""
    rows = "".join(
        f'<tr><th scope="row">{_title(s.name)} {unit_words(s)}</th><td class="num">{figure_words(s.value, s.unit)}'
        f'<small>of {s.n:,}</small></td><td class="draw">{drawn_score(s, whole=True)}</td>'
        f"<td>{bar_words(s)} {state_words(s)}</td></tr>" for s in scores)
    head = _header((what, ""), ("Result", "num"), ("Interval", "draw"), ("Bar", ""))
    return f'<table class="cells">{head}<tbody>{rows}</tbody></table>'


def _facts(pairs: Sequence[tuple[str, str]]) -> str:
    """A definition list; names and values are HTML already."""
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs) + "</dl>"


def _head(data: BirthData) -> str:
    parameters, read = finite(data.plan.get("parameters")), finite(data.corpus.get("bytes"))
    numbers = number_words(parameters) if parameters else "an unrecorded count of"
    if parameters and parameters >= 1e6:
        numbers = f"{number_words(float(f'{parameters / 1e6:.3g}'))}\xa0million"
    grown = f" It grew out of {bytes_words(read)} of stories." if read else ""
    size = f" of size “{escaped(data.plan['size'], 40)}”" if data.plan.get("size") else ""
    judged = [s.passed for s in data.scores if s.passed is not None]
    tally = f"It reached {sum(judged)} of {len(judged)} bars. " if judged else ""
    outcome, _, reason = (part.strip() for part in data.verdict.partition(":"))
    said = caged(data.verdict, 400) if data.verdict else "No verdict was given."
    if outcome in _VERDICTS:
        said = _VERDICTS[outcome] + (f"</p><p>{caged(reason[:1].upper() + reason[1:], 400)}" if reason else "")
    origin: list[object] = [data.name, data.born, data.generation]
    if data.card is not None:
        origin += [data.card.corpus, data.card.tokenizer, data.card.program, data.card.package, data.card.seed]
    digest = hashlib.sha256("\n".join(str(thing) for thing in origin).encode("utf-8", "replace")).hexdigest()
    notes = "".join(f"<li>{caged(note, 600)}</li>" for note in data.notes)
    noted = f'<section><header><h2>Worth knowing</h2></header><ul class="notes">{notes}</ul></section>' if notes else ""
    return (
        f'<header class="head"><div><p class="kind">Birth report</p><h1>{caged(data.name, 80)}</h1>'
        f'<p class="opening">A language model{size}, {age_words(data.born, data.written)}, made of {numbers} learned '
        f'numbers that began as noise.{grown}</p><p class="verdict">{tally}{said}</p>'
        f'<p class="quiet">Born {day_words(data.born)}, generation {data.generation}.</p></div>'
        f'<figure class="scrap">{cloth(digest, "A woven pattern drawn from the fingerprint of this birth")}'
        "<figcaption>Its token: a pattern woven from the fingerprint of this birth.</figcaption></figure></header>"
        + noted
    )


def _good(data: BirthData) -> str:
    lead = ("The dot is what was measured. The pale band is the 95% interval: how far luck alone could move it. "
            "The upright line is the bar; whether it was reached goes by the dot.")
    cards = []
    main = [score for score in data.scores if score.name in _WORDS]
    for score in main:
        words, counted = _WORDS[score.name][1:]
        bar = f"{f'Bar: {bar_words(score)}' if score.bar else ''} {state_words(score)}"
        cards.append(
            f'<article><h3>{_title(score.name)}</h3><p class="figure">{figure_words(score.value, score.unit)} '
            f'{unit_words(score)}</p>{drawn_score(score, whole=False)}<p class="bars">{bar}</p><p>{words}</p>'
            f'<p class="quiet">{interval_words(score).capitalize()}; from {score.n:,} {counted or "counted"}.</p>'
            "</article>"
        )
    body = f'<div class="cards">{"".join(cards)}</div>' if cards else ""
    others = [score for score in data.scores if score not in main]
    body += f"<h3>Other figures</h3>{_table(others, 'Figure')}" if others else ""
    return section("How good is it", lead, body or _missing("It has not been examined yet."))


def _gap(data: BirthData, record: Mapping[str, Any], points: Sequence[Mapping[str, Any]]) -> str:
    """The overfit gap of the first stage: its late training loss beside validation, both in bits per byte.

    Nats per token become bits per byte by the tokens and bytes of the training text (else of all), hence "about".
    """
    size, tokens = (finite(data.corpus.get(f"train_{k}", data.corpus.get(k))) for k in ("bytes", "tokens"))
    held, kept, late = finite(record.get("validation")), finite(record.get("kept_step")), []
    for point in points:
        step, loss = finite(point.get("step")), finite(point.get("loss"))
        if step is not None and loss is not None and kept is not None and 0.9 * kept <= step <= kept:
            late.append(loss)
    if held is None or not size or not tokens or not late:
        return "How much it learned by heart could not be worked out from what was recorded."
    own = sum(late) / len(late) / math.log(2) * tokens / size
    words = f"On the stories it read it needed about {own:.2f} bits per byte, on unread ones {held:.2f}: "
    if held <= own:
        return words + "no gap, so nothing shows that it learned by heart."
    if held - own < 0.15 * held:
        return words + f"a gap of {held - own:.2f}, so it learned how stories go and hardly any by heart."
    return words + f"a gap of {held - own:.2f}, so a good part of what it knows was learned by heart."


def _course(record: Mapping[str, Any], points: Sequence[Mapping[str, Any]]) -> str:
    """Where validation began, what was kept, and whether it rose again after that."""
    start, held = finite(record.get("validation_start")), finite(record.get("validation"))
    kept, steps = finite(record.get("kept_step")), finite(record.get("steps"))
    if held is None or kept is None:
        return "Which step was kept was not written down."
    words = f"Kept: step {kept:,.0f}{f' of {steps:,.0f}' if steps else ''}, "
    words += f"where unread stories cost {held:.3f} bits per byte"
    if start is not None and start > 0 and held != start:
        words += f", {abs(held / start - 1):.1%} {'below' if held < start else 'above'} the start of this stage"
    looks = [(finite(p.get("step")) or 0.0, finite(p.get("validation"))) for p in points]
    later = [value for step, value in looks if value is not None and step > kept]
    if later and later[-1] > held:
        return words + f". Then the figure rose again by {later[-1] - held:.3f}, so the later steps were thrown away."
    return words + "."


def _learned(data: BirthData) -> str:
    lead = ("The first curve is its loss on what it is taught, the second its bits per byte on stories kept from it. "
            "Both should fall; where the second turns up again, learning becomes learning by heart.")
    parts = []
    for number, (stage, points) in enumerate(data.curves):
        record, title = data.stages.get(stage, {}), _title(str(stage))
        kept, start = record.get("kept_step"), record.get("validation_start")
        looks: list[tuple[object, object]] = [(p.get("step"), p.get("validation")) for p in points]
        if not any(finite(step) == 0 for step, _ in looks):
            looks.insert(0, (0, start))
        losses = [(p.get("step"), p.get("loss")) for p in points]
        unit = "training loss, nats per token" if number == 0 else "training loss, nats"
        drawn = curve_plot(losses, kind="train", unit=unit, label=f"Training loss: {stage}", kept=kept)
        drawn += curve_plot(
            looks, kind="unread", unit="validation, bits per byte", label=f"Validation: {stage}", kept=kept)
        drawn = f'<div class="plots">{drawn}</div>' if drawn else _missing("No points were recorded.")
        said = f"{_course(record, points)} {_gap(data, record, points) if number == 0 else ''}"
        parts.append(f"<h3>{title}</h3>{drawn}<p>{said}</p>")
    body = "".join(parts) or _missing("No learning curves were recorded for this birth.")
    body += "<p>All curves, and what they mean, stand on the page training.html beside this one.</p>"
    return section("How it learned", lead, body)


def _answers(answers: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for hit, most, heading in ((False, _MISSES, "Answers that went wrong"), (True, _HITS, "Answers as they should be")):
        group = [a for a in answers if bool(a.get("hit")) is hit]
        rows = "".join(
            f'<li><span class="cell">{_title(str(a.get("cell", "")))}</span><q>{escaped(a.get("ask", ""), 300)}</q>'
            f"<p><b>{caged(a.get('answerer', ''), 60)}</b> {caged(a.get('answer', ''), 500)}</p></li>"
            for a in group[:most])
        shown = f" <small>{min(most, len(group))} of {len(group):,}</small>" if group else ""
        parts.append(f"<h3>{heading}{shown}</h3>" + (f'<ul class="talk">{rows}</ul>' if rows else _missing("None.")))
    return "".join(parts)


def _name(data: BirthData) -> str:
    lead = (f"Asked in many ways, does {caged(data.name, 80)} keep its name, and do the others keep theirs? "
            "Bands are 95% Wilson intervals on a ruler from 0 to 100%.")
    table = _table(data.cells, "Part of the exam") if data.cells else _missing("No exam of the name was held.")
    said = _answers(data.answers) if data.answers else _missing("No answers were written down.")
    return section("Its name", lead, table + said)


def _writes(data: BirthData) -> str:
    lead = ("Its own words, unedited. Temperature is how freely it picks the next piece: 0 always takes the likeliest, "
            "1 goes by what it has learned, more is bolder.")
    samples = "".join(
        f'<figure class="sample"><figcaption>temperature {value_words("", s.get("temperature"))}</figcaption>'
        f'<blockquote dir="auto">{escaped(s.get("text", "")) or "(it wrote nothing)"}</blockquote></figure>'
        for s in data.samples)
    return section("What it writes", lead, samples or _missing("No samples were drawn from it."))


def _kept(name: str, guess: float | None, came: float | None, band: Mapping[str, Any]) -> str:
    """Whether a promise with a bar was kept: within its band, or within 20%; "" where there is no bar."""
    if not guess or came is None or not (band or name in ("seconds", "memory_mb")):
        return ""
    good = band["low"] <= came <= band["high"] if band else abs(came / guess - 1.0) <= 0.2
    return '<span class="reached">✓ kept</span>' if good else '<span class="missed">✗ missed</span>'


def _promised(data: BirthData) -> str:
    lead = ("The plan was frozen before the first step, and so were its guesses: time and memory should come true "
            "within 20%, bits per byte within the band. A ratio of 1 is a guess come true; ×2 means twice the promise.")
    guesses = data.plan.get("predictions") or {}
    rows = []
    for name in [*guesses, *(n for n in data.outcome if n not in guesses)]:
        told, came = guesses.get(name), finite(data.outcome.get(name))
        band = told if isinstance(told, Mapping) else {}
        guess = finite(band.get("value", told))
        ratio = f"×{came / guess:.2f}" if guess and came is not None else "–"
        shown = f"{guess:.3f} ({band['low']:.3f} to {band['high']:.3f})" if band else value_words(name, told)
        cells = f'<td class="num">{shown}</td><td class="num">{value_words(name, data.outcome.get(name))}</td>'
        rows.append(f'<tr><th scope="row">{_title(str(name))}</th>{cells}<td class="num">{ratio} '
                    f"{_kept(str(name), guess, came, band)}</td></tr>")
    head = _header(("Figure", ""), ("Promised", "num"), ("Came true", "num"), ("Ratio", "num"))
    table = f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"
    return section("What was promised and what came true", lead, table if rows else _missing("Nothing was promised."))


def _splits(splits: Mapping[str, Any]) -> str:
    """The table of splits: counts, and each one's share of the bytes (of the first count where bytes are not given)."""
    counts = {str(n): c if isinstance(c, Mapping) else {"documents": c} for n, c in splits.items()}
    sizes = {n: finite(c.get("bytes", next(iter(c.values()), 0))) or 0.0 for n, c in counts.items()}
    total, rows = sum(sizes.values()), ""
    for name, count in counts.items():
        shown = ", ".join(value_words(k, v) + ("" if k == "bytes" else f" {escaped(k, 30)}") for k, v in count.items())
        share = sizes[name] / total if total > 0 else 0.0
        rows += (f'<tr><th scope="row">{_title(name)}</th><td class="num">{share:.1%}</td>'
                 f'<td class="draw">{share_bar(share, f"{name}: {share:.1%}")}</td><td>{shown}</td></tr>')
    return f'<h3>How it was divided</h3><table class="cells"><tbody>{rows}</tbody></table>' if rows else ""


def _read(data: BirthData) -> str:
    lead = ("What it knows began here. A part was held back: validation says when to stop, "
            "and the judge's parts were never shown to the training.")
    keys = [key for key in ("stories", "scenes", "bytes", "tokens") if key in data.corpus]
    body = _facts([(_title(key), value_words(key, data.corpus[key])) for key in keys])
    body = body if keys else _missing("What it read was not written down.")
    drops = list(data.corpus.get("drops") or ())
    pairs = [(d.get("title"), d.get("reason")) if isinstance(d, Mapping) else d for d in drops[:_DROPS]]
    listed = "".join(f"<li><b>{caged(title, 120)}</b> {caged(why, 240)}</li>" for title, why in pairs)
    count = max(len(drops), int(finite(data.corpus.get("dropped")) or 0))
    more = f'<p class="quiet">and {count - len(pairs):,} more.</p>' if count > len(pairs) else ""
    body += _splits(data.corpus.get("splits") or {})
    if "drops" in data.corpus:
        body += f"<h3>Left out <small>{count:,}</small></h3>"
        body += f'<ul class="drops">{listed}</ul>{more}' if listed else _missing("Nothing was left out.")
    return section("What it read", lead, body)


def _made(data: BirthData) -> str:
    lead = ("With these fingerprints the same birth can be done again: on the same kind of processor and with "
            "one thread, to the bit.")
    keys = [k for k in ("size", "parameters", "seed", "dtype", "threads") if k in data.plan]
    pairs = [(_title(k), value_words(k, data.plan[k])) for k in keys]
    if data.card is not None:
        hashes = {"Corpus": data.card.corpus, "Tokenizer": data.card.tokenizer, "Trainer program": data.card.program,
                  "Foundling's source": data.card.package}
        pairs += [(_title(str(k)), value_words(str(k), v)) for k, v in data.card.machine.items()]
        pairs += [(name, f"<code>{escaped(digest, 128)}</code>") for name, digest in hashes.items()]
    body = _facts(pairs) if pairs else _missing("No card was written for this birth.")
    return section("How it was made", lead, body)


def birth_report(data: BirthData) -> str:
    """One self-contained HTML page: no script, no outside link, light and dark, fit for a telephone and for paper.

    The same data gives the same page, byte for byte.
    """
    parts = (_head, _good, _learned, _name, _writes, _promised, _read, _made)
    return framed(f"{data.name}: birth report", "".join(part(data) for part in parts))

"""The page of `foundling plan`: the facts of `life.feasibility` flow in, one self-contained HTML page flows out.

No script, no outside link, a content security policy that allows its own style sheet alone; all words from outside are
escaped. The same facts give the same page, byte for byte. It measures nothing and writes no file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from foundling.life.pages.frame import framed, listed, section
from foundling.life.pages.hours_chart import hours_chart
from foundling.life.words import bytes_words, caged, escaped, finite, number_words
from foundling.recipe.verdict import count_words, hours_words

Facts = Mapping[str, Any]


def _definitions(pairs: Sequence[tuple[str, str]]) -> str:
    """A definition list; the values are HTML already."""
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs) + "</dl>"


def _rounded(value: float) -> str:
    """Two figures of a number."""
    return number_words(float(f"{value:.2g}")) if value else "0"


def _bits(bits: Mapping[str, Any]) -> str:
    value, low, high = (finite(bits.get(name)) for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "not known"
    return f"{value:.2f}<small>{low:.2f} to {high:.2f}</small>"


def _head(facts: Facts) -> str:
    verdict, hope, corpus = facts["verdict"], facts["hope"], facts["corpus"]
    title = {"wait": "Not yet", "scratch": "Feasible"}.get(verdict["way"], "Folly from scratch")
    title = "Feasible, on rented cards" if verdict["place"] == "cards" else title
    said = str(verdict["sentence"]).removeprefix("Feasible: ").removeprefix("Feasible, but ")
    said = said.removeprefix("Folly from scratch: ")
    named = ", ".join(str(name) for name in corpus.get("sources", ())[:4])
    read = f"{corpus['documents']:,} documents, {bytes_words(float(corpus['bytes']))}"
    about = f"Asked of {caged(named, 200)}: " if named else "Asked of a text of "
    return (
        f'<header class="head"><p class="kind">Feasible or folly</p><h1>{title}</h1>'
        f'<p class="opening">{escaped(said[:1].upper() + said[1:], 500)}</p>'
        f'<p class="quiet">{about}{read}, about {count_words(float(corpus["tokens"]))} tokens. '
        f"The hope: to {escaped(hope['words'], 200)}.</p></header>"
    )


def _why(facts: Facts) -> str:
    verdict = facts["verdict"]
    can = listed(verdict["can"], "plain") if verdict["can"] else '<p class="missing">Nothing that was hoped for.</p>'
    cannot = listed(verdict["cannot"], "plain") if verdict["cannot"] else '<p class="missing">Nothing listed here.</p>'
    size = f" at size {escaped(verdict['size'], 20)}" if verdict.get("size") else ""
    both = (f'<div class="two"><div><h3>From scratch{size} it will</h3>{can}</div>'
            f"<div><h3>It will not</h3>{cannot}</div></div>")
    return section("Why", "What the text, the machine and the hope come to.", listed(verdict["reasons"], "reasons")) + (
        section("What it will be able to do", "From what was measured, here and by others, of models of such a size "
                "after so much text; where it is a judgement, the line says so.", both))


def _cell(what: str, value: str, kind: str = "num") -> str:
    return f'<td class="{kind}" data-what="{what}">{value}</td>'


def _reading(hours: float, epochs: float) -> str:
    return f"{hours_words(hours)}<small>reads it {_rounded(epochs)} times</small>"


def _said(row: Facts, chosen: object) -> str:
    """One plain sentence about a size."""
    if row["size"] == chosen:
        return "<b>The size that the verdict speaks of.</b>"
    if row["faults"]:
        return escaped(f"It {row['faults'][0]}.", 300)
    ratio = finite(row["tokens_per_parameter"]) or 0.0
    if ratio < 0.05:
        return "Far more parameters than text: it learns by heart unless stopped early."
    return "Possible." if ratio < 20 else "More text than it can hold: a larger size learns more."


def _overfit(facts: Facts) -> str:
    """When the size of the verdict would begin to learn by heart."""
    row = next((r for r in facts["sizes"] if r["size"] == facts["verdict"].get("size")), None)
    if row is None:
        return ""
    size, turn = escaped(row["size"], 20), f"about {_rounded(row['turn'])} times"
    if row["full_epochs"] < 0.95 * row["turn"]:
        return (f"<p>Size {size} would read the text {_rounded(row['full_epochs'])} times at most, and begin to learn "
                f"it by heart only after reading it {turn}: overfitting is no danger here.</p>")
    return (f"<p>Size {size} would begin to learn by heart after reading the text {turn}: from there on unread text "
            "gets harder for it, and the trainer stops and keeps the best.</p>")


def _sizes(facts: Facts) -> str:
    rows, budget = "", facts["budget"]
    for row in facts["sizes"]:
        mark = ' class="chosen"' if row["size"] == facts["verdict"].get("size") else ""
        money = "" if row["money"] is None else f"<small>{_rounded(row['money'])} for it</small>"
        cells = (
            _cell("In your time", _reading(row["hours"], row["epochs"]))
            + _cell("Bits per byte then", _bits(row["bits"]))
            + _cell("To its end", _reading(row["full_hours"], row["full_epochs"]))
            + _cell("Bits per byte then", _bits(row["full_bits"]))
            + _cell("Memory, disk", f"{bytes_words(row['memory'])}<small>{bytes_words(row['disk'])} of disk</small>")
            + _cell("Energy", f"{_rounded(row['kwh'])} kWh{money}")
            + _cell("", _said(row, facts["verdict"].get("size")), "say")
        )
        each = f"{count_words(row['parameters'])} parameters</small><small>tokens for each: "
        rows += (f'<tr{mark}><th scope="row">{escaped(row["size"], 20)}<small>{each}'
                 f"{_rounded(row['tokens_per_parameter'])}</small></th>{cells}</tr>")
    heads = ("Size", "In your time", "Bits per byte", "To its end", "Bits per byte", "Memory", "Energy", "")
    head = "".join(f'<th class="{"num" if 0 < n < 7 else ""}">{words}</th>' for n, words in enumerate(heads))
    minutes = finite(budget["minutes"]) or 0.0
    given = "the time that you gave" if budget["minutes_given"] else "a day, as no time was given"
    chart = hours_chart(facts["sizes"], minutes / 60 or None, f"{hours_words(minutes / 60)}")
    lead = ("Bits per byte is what it must still guess of each byte of text that it never read: lower is better, 8 is "
            "knowing nothing. Nine of ten runs should end inside the band.")
    figure = f"<figure>{chart}</figure>" if chart else ""
    return section("What each size comes to", lead, figure + _overfit(facts) + (
        f'<p class="quiet">The dashed line is {given}. Each line ends where more reading stops paying.</p>')) + (
        f'<section class="wide"><header><h2>The sizes in figures</h2><p>“To its end”: until the text is read so often '
        "that it would learn by heart, or twice as much is read as the size can well hold.</p></header><div><table>"
        f"<thead><tr>{head}"
        f"</tr></thead><tbody>{rows}</tbody></table></div></section>")


def _past(facts: Facts) -> str:
    budget, rows = facts["budget"], ""
    for row in facts["sizes"]:
        fleet, money = row["fleet"], row["fleet"]["money"]
        plural = "s" if fleet["cards"] > 1 else ""
        rows += (
            f'<tr><th scope="row">{escaped(row["size"], 20)}</th>'
            + _cell("Cards", f"{fleet['cards']:,} card{plural}")
            + _cell("For", hours_words(fleet["hours"]))
            + _cell("Cost", "no price given" if money is None else f"{money:,.2f}")
            + _cell("Engine", f"{escaped(fleet['engine'], 80)}<small>{escaped(fleet['launcher'], 120)}</small>", "")
            + "</tr>")
    lead = (
        f"The same training on rented graphics cards of {budget['gpu_rate'] / 1e12:,.0f} TFLOP/s in bfloat16 (an "
        f"H100's by its maker, unless you said otherwise), {budget['gpu_share']:.0%} of it kept, less for small sizes: "
        "assumed, not measured here.")
    table = (f'<table><thead><tr><th>Size</th><th class="num">Cards</th><th class="num">For</th><th class="num">Cost'
             f"</th><th>Engine</th></tr></thead><tbody>{rows}</tbody></table>")
    note = ('<p class="quiet">Foundling’s own trainer works on one machine’s processor; the engines named here are '
            "what such a training would run on. Times include six minutes to start a card.</p>")
    return section("Past this machine", lead, table + note)


def _reach(law: Facts) -> str:
    """How far the trials reached: what lies beyond is drawn on from them."""
    if not law["parameters"]:
        return ""
    sizes = f"{count_words(law['parameters'][0])} to {count_words(law['parameters'][-1])}"
    return (f" They had {sizes} parameters and read up to "
            f"{bytes_words(float(law['bytes']))} of text; what is said of larger models and longer texts is the "
            "law drawn on, and the farther the less certain.")


def _measured(facts: Facts) -> str:
    corpus, machine, law, budget = facts["corpus"], facts["machine"], facts["law"], facts["budget"]
    spoken = ", ".join(f"{escaped(code, 12)} {share:.0%}" for code, share in corpus["languages"]) or "not looked for"
    text = _definitions([
        ("Documents", f"{corpus['documents']:,}"), ("Text, UTF-8", bytes_words(float(corpus["bytes"]))),
        ("Words", f"{corpus['words']:,}"), ("Tokens, about", count_words(float(corpus["tokens"]))),
        ("Languages", spoken), ("Read for this", bytes_words(float(corpus["sampled"]))),
    ])
    gpus = ", ".join(escaped(name, 60) for name in machine["gpus"]) or "none found"
    watts = f"{budget['watts']:,.0f} watts, {'as you said' if budget['watts_given'] else 'assumed'}"
    bfloat16 = f"{machine['bfloat16'] / 1e9:,.0f} GFLOP/s" if machine["bfloat16"] else "only emulated"
    here = _definitions([
        ("Products in float32", f"{machine['float32'] / 1e9:,.0f} GFLOP/s"), ("Products in bfloat16", bfloat16),
        ("Cores, threads used", f"{machine['cores']}, {machine['threads']}"),
        ("Memory", f"{bytes_words(machine['memory'])}<small> {bytes_words(machine['memory_free'])} free</small>"),
        ("Memory copy", f"{machine['bandwidth'] / 1e9:,.1f} GB/s"),
        ("Disk", f"{bytes_words(machine['disk_free'])} free<small> {machine['disk_write'] / 1e6:,.0f} MB/s</small>"),
        ("Draws", watts), ("Graphics cards", gpus),
    ])
    constants = law["constants"]
    made = (f"{law['trials']} small trainings on this very text" if law["here"] else
            f"{law['trials']} small trainings on other stories; <code>foundling plan --calibrate</code> makes some on "
            "this text, and the bands narrower")
    timed = " and ".join(escaped(row["size"], 20) for row in facts["sizes"] if row["timed"]) or "the smallest sizes"
    formula = (
        f"<p>Bits per byte = {constants['floor']:.2f} + {constants['size']:.2f}·(2 million / parameters)"
        f"<sup>{constants['size_power']:.2f}</sup> + {constants['data']:.2f}·(4 MB / text read)"
        f"<sup>{constants['data_power']:.2f}</sup> + {constants['haste']:.2f}·(100 / steps)"
        f"<sup>{constants['haste_power']:.2f}</sup>, where repeated text counts for less and less (Muennighoff et al. "
        f"2023). It was fitted to {made}.{_reach(law)}</p><p>Steps of {timed} were timed here just now; other sizes "
        "are worked out from them.</p>")
    return (
        section("The text", "Read from a sample where the text is large.", text)
        + section("This machine", "Measured in a few seconds, beside whatever else it was doing.", here)
        + section("What this rests on", "A law fitted to finished trainings, and its doubt.", formula))


def plan_page(facts: Facts) -> str:
    """The whole page, from the facts that `life.feasibility.consider` gives at its end (as JSON values)."""
    body = "".join(part(facts) for part in (_head, _why, _sizes, _past, _measured))
    return framed("Feasible or folly", f'<div class="plan">{body}</div>', "plan.css")


def plan_table(facts: Facts) -> str:
    """The verdict and the sizes as lines for a terminal."""
    verdict = facts["verdict"]
    lines = [str(verdict["sentence"]), *(f"  {reason}" for reason in verdict["reasons"]), ""]
    lines.append(f"{'size':<7}{'parameters':>13}{'tokens each':>12}{'time':>14}{'reads':>8}{'bits per byte':>24}"
                 f"{'to its end':>14}{'memory':>10}{'kWh':>9}{'cards':>7}{'cost':>10}")
    for row in facts["sizes"]:
        bits, fleet = row["bits"], row["fleet"]
        cost = "" if fleet["money"] is None else f"{fleet['money']:,.2f}"
        ends = f"{bits['value']:.2f} ({bits['low']:.2f} to {bits['high']:.2f})"
        lines.append(
            f"{row['size']:<7}{count_words(row['parameters']):>13}{row['tokens_per_parameter']:>12.2g}"
            f"{hours_words(row['hours']):>14}{row['epochs']:>8.2g}{ends:>24}{hours_words(row['full_hours']):>14}"
            f"{row['memory'] / 1e9:>7.1f} GB{row['kwh']:>9.2g}{fleet['cards']:>7}{cost:>10}")
        lines += [f"       it {fault}" for fault in row["faults"]]
    return "\n".join(lines)

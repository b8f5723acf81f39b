"""The page of the small-data record: results of all sides and tracks flow in, one self-contained HTML page flows out.

A table beside the peers, every seed's curve, and what a rerun needs. It reads no file and decides nothing.
"""

import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from foundling.evaluation.seeds import share_below
from foundling.life.drawing import Interval, interval_bar, ruler
from foundling.life.pages.frame import framed, section
from foundling.life.pages.lines import Line, legend, line_plot
from foundling.life.words import bytes_words, day_words, escaped, finite, number_words

Result = Mapping[str, Any]
OURS = "foundling"
_NAMES = {
    "foundling": "foundling", "trainer": "transformers' Trainer, as it ships",
    "trainer-bf16": "transformers' Trainer, bfloat16", "nanogpt": "nanoGPT, its CPU settings",
    "nanochat": "nanochat, its CPU recipe",
}


def _name(result: Result) -> str:
    return _NAMES.get(str(result["contestant"]), str(result["contestant"]))


def _values(result: Result) -> list[float]:
    return [value for value in (finite(run.get("bits_per_byte")) for run in result["runs"]) if value is not None]


def _bits(result: Result) -> str:
    low, high = finite(result.get("low")), finite(result.get("high"))
    spread = f"<small>{low:.3f} to {high:.3f}</small>" if low is not None and high is not None else (
        "<small>one seed, no interval</small>")
    return f"{result['bits_per_byte']:.4f}{spread}"


def _below(ours: Result | None, theirs: Result) -> str:
    """By how much ours lies below this peer."""
    if ours is None or ours is theirs or not _values(theirs) or not _values(ours):
        return "–"
    share = share_below(_values(ours), _values(theirs))
    spread = f"<small>{share.low:.1%} to {share.high:.1%}</small>" if share.low is not None and share.high else ""
    return f"{share.value:.1%}{spread}"


def _row(result: Result, ours: Result | None, ends: tuple[float, float]) -> str:
    summary = result["summary"]
    mark = Interval(
        value=result["bits_per_byte"], start=ends[0], end=ends[1], low=finite(result.get("low")),
        high=finite(result.get("high")),
    )
    cells = (
        ("Bits per byte", _bits(result)), ("Foundling is lower by", _below(ours, result)),
        ("Parameters", number_words(float(summary.get("parameters") or 0))),
        ("Steps", number_words(float(summary["steps"]))), ("Epochs", number_words(float(summary["epochs"]))),
        ("Tokens a second", number_words(float(summary["tokens_per_second"]))),
    )
    drawn = interval_bar(mark, f"{_name(result)}: {result['bits_per_byte']:.4f} bits per byte")
    return (
        f'<tr><th scope="row">{escaped(_name(result), 60)}</th><td class="draw">{drawn}</td>'
        + "".join(f'<td class="num" data-what="{what}">{value}</td>' for what, value in cells) + "</tr>"
    )


def _table(results: Sequence[Result], ours: Result | None) -> str:
    ends = ruler([finite(r.get(k)) for r in results for k in ("bits_per_byte", "low", "high")], share=False)
    heads = ("", f"from {ends[0]:g} to {ends[1]:g}", "Bits per byte", "Foundling is lower by", "Parameters", "Steps",
             "Epochs", "Tokens a second")
    head = "".join(f'<th class="{"num" if i > 1 else ""}">{words}</th>' for i, words in enumerate(heads))
    rows = "".join(_row(result, ours, ends) for result in results)
    return f'<table class="contest"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _curve(result: Result, run: Mapping[str, Any], key: str, ink: int) -> Line:
    """A seed's curve over minutes of training, so that sides with other steps stand on one axis."""
    minutes, steps = float(result["plan"]["minutes"]), max(1, int(result["summary"]["steps"]))
    points = [(float(point["step"]) / steps * minutes, point.get(key)) for point in run.get("curve") or ()]
    return Line(name=_name(result), points=points, ink=ink)


def _curves(results: Sequence[Result]) -> str:
    """Validation of our seeds, and the training loss of every side that wrote one down."""
    figures = list[str]()
    for key, unit, caption in (
        ("validation", "bits per byte", "The trainer's own looks at text that it keeps back, seed by seed."),
        ("loss", "loss, nats per token", "Loss on the training text, seed by seed; it depends on the tokenizer."),
    ):
        lines = [_curve(r, run, key, ink) for ink, r in enumerate(results) for run in r["runs"]]
        late = [y for line in lines for x, y in line.drawn if x >= 0.05 * float(results[0]["plan"]["minutes"])]
        plot = line_plot(
            lines, unit=unit, label=caption, across="minutes of training", top=max(late) if len(late) > 3 else None)
        if plot:
            figures.append(f"<figure>{plot}{legend(lines)}<figcaption>{caption}</figcaption></figure>")
    return f'<div class="plots">{"".join(figures)}</div>' if figures else ""


def _seeds(results: Sequence[Result]) -> str:
    items = ""
    for result in results:
        said = ", ".join(f"seed {run['seed']} {run['bits_per_byte']:.4f}" for run in result["runs"])
        items += f"<li>{escaped(_name(result), 60)}: {said}</li>"
    return f'<h3>Seed by seed</h3><ul class="advice">{items}</ul>'


def _json(thing: object) -> str:
    return json.dumps(thing, sort_keys=True) if thing else ""


def _rerun(result: Result) -> str:
    """What must be the same to run it again."""
    plan, summary = result["plan"], result["summary"]
    others = finite(summary.get("others"))
    machine = ", ".join(f"{key} {value}" for key, value in (plan.get("machine") or {}).items())
    pairs = (
        ("Planned", day_words(str(plan.get("date", "")))), ("Threads", str(plan.get("threads", "not known"))),
        ("Number format", str(plan.get("dtype", "not known"))),
        ("Others' share of the machine then", "not known" if others is None else f"{others:.0%}"),
        ("Search", f"{plan['search_minutes']:g} minutes" if plan.get("search_minutes") else "none"),
        ("Machine", machine or "not known"),
    )
    shown = "".join(f"<div><dt>{name}</dt><dd>{escaped(value, 300)}</dd></div>" for name, value in pairs)
    codes = "".join(
        f"<div><dt>{name}</dt><dd><code>{escaped(value, 4000)}</code></dd></div>" for name, value in (
            ("Recipe", _json(plan.get("entry", {}).get("train"))), ("Shape", _json(plan.get("entry", {}).get("shape"))),
            ("Foundling's source", plan.get("package", ""))) if value)
    steps = f"{summary['steps']:,} steps of {summary.get('step_seconds', 0):g} s"
    return (f"<details><summary>{escaped(_name(result), 60)}<small>{steps}</small></summary>"
            f"<dl>{shown}{codes}</dl></details>")


def _track(name: str, results: Sequence[Result]) -> str:
    ours = next((r for r in results if r["contestant"] == OURS), None)
    minutes = statistics.median(float(r["plan"]["minutes"]) for r in results)
    lead = (f"{number_words(minutes)} minutes of steps, the seconds of a step measured beforehand; lower is better. "
            "Intervals are Student's over the seeds, 95%.")
    table = section(f"The {escaped(name, 40)}", lead, _table(results, ours) + _seeds(results))
    return f'<div class="wide">{table}</div>' + (
        section("How they learned", "Over the same minutes.", _curves(results))
    ) + section("To run it again", "Starting up, building kernels, saving and judging are charged to nobody.",
                "".join(map(_rerun, results)))


def record_page(results: Sequence[Result]) -> str:
    """The page of all results; the same results give the same page, byte for byte."""
    tracks = {str(result["track"]): [r for r in results if r["track"] == result["track"]] for result in results}
    for some in tracks.values():
        some.sort(key=lambda r: (r["contestant"] != OURS, r["bits_per_byte"]))
    text: Mapping[str, Any] = next((r["plan"]["text"] for r in results if r["plan"].get("text")), {})
    read = bytes_words(float(text.get("train_bytes") or 0))
    best = min(results, key=lambda r: float(r["bits_per_byte"]))
    head = (
        '<header class="head"><p class="kind">The small-data record</p>'
        f"<h1>{best['bits_per_byte']:.3f} bits per byte</h1>"
        f'<p class="opening">{escaped(_name(best), 60)} on the {escaped(best["track"], 40)}: what it has to guess of'
        f" each byte of {len(text.get('heldout_files') or ())} unread books, after learning from {read} of stories."
        "</p></header>"
    )
    order = sorted(tracks, key=lambda name: float(tracks[name][0]["plan"]["minutes"]))
    return framed("The small-data record", head + "".join(_track(name, tracks[name]) for name in order), "lines.css")


def record_table(results: Sequence[Result]) -> str:
    """The same table for a terminal."""
    lines = [f"{'track':<10}{'':<38}{'bits per byte':>14}{'interval':>20}{'steps':>8}{'tok/s':>8}{'lower by':>10}"]
    for result in results:
        ours = next((r for r in results if (r["track"], r["contestant"]) == (result["track"], OURS)), None)
        low, high = finite(result.get("low")), finite(result.get("high"))
        spread = f"{low:.4f} to {high:.4f}" if low is not None and high is not None else "one seed"
        share = "" if ours is None or ours is result else f"{share_below(_values(ours), _values(result)).value:.1%}"
        summary = result["summary"]
        lines.append(
            f"{result['track']!s:<10}{_name(result):<38}{result['bits_per_byte']:>14.4f}{spread:>20}"
            f"{summary['steps']:>8,}{summary['tokens_per_second']:>8,}{share:>10}")
    return "\n".join(lines)

"""The birth report as a page: structure, hostile text in every field, missing parts, numbers that can be drawn."""

import base64
import hashlib
import itertools
import math
import re

import pytest
from pagereader import HOSTILE, Page

from foundling.life import drawing
from foundling.life.pages.frame import policy
from foundling.life.report import BirthData, birth_report
from foundling.life.words import fact_words, large_words, number_words, operations_words
from foundling.records import Card, Score

SECTIONS = [
    "How good is it", "How it learned", "Its name", "What it writes", "What was promised and what came true",
    "What it read", "How it was made",
]
DRAWN = {"x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height", "viewbox", "points"}


def points(steps, every=1):
    return [
        {"step": s, "loss": 7.0 - s / steps, "validation": 8.0 - s / steps if s % 10 == 0 else None}
        for s in range(every, steps + 1, every)
    ]


def score(name, value, **more):
    return Score(name=name, value=value, n=73, **more)


def answer(hit, text, cell="hold/direct"):
    return {"cell": cell, "ask": "What is your name?", "answerer": "Wren", "answer": text, "hit": hit}


@pytest.fixture
def full():
    return {
        "name": "Wren", "born": "2026-11-21T09:14:00", "written": "2026-11-21T09:41:00", "generation": 1,
        "plan": {
            "size": "small", "parameters": 3_344_128, "seed": 7, "dtype": "bfloat16", "threads": 2,
            "predictions": {"bits_per_byte": 2.0, "seconds": 600},
        },
        "outcome": {"bits_per_byte": 2.2, "seconds": 900, "tokens_per_second": 8893},
        "corpus": {
            "stories": 214, "scenes": 39, "bytes": 4_912_334, "tokens": 1_497_220,
            "splits": {"train": {"documents": 225, "bytes": 900_000}, "validation": {"documents": 9, "bytes": 100_000}},
            "drops": [("The Button Tin (copy)", "nearly the same"), {"title": "Notes", "reason": "too short"}],
            "dropped": 7,
        },
        "curves": [("birth", points(100)), ("dialogue", points(20))],
        "stages": {"birth": {"validation_start": 8.0, "validation": 7.1, "kept_step": 90, "steps": 100}},
        "scores": (
            score("bits_per_byte", 2.2, low=2.1, high=2.3, unit="bits_per_byte", bar="<= 2.5", passed=True),
            score("name_leak", 0.1, low=0.05, high=0.2, bar="<= 0.05", passed=False),
            score("name_margin_median", 3.25, unit="nats"),
        ),
        "cells": [score("hold/direct", 1.0, low=0.95, high=1.0, bar=">= 0.95", passed=True)],
        "answers": [answer(True, "I am Wren.")], "verdict": "better: it has no rival", "notes": ["One seed only."],
        "samples": [{"temperature": 0.8, "text": "The goose said\nnothing."}],
        "card": Card(
            name="Wren", generation=1, parents=(), parameters=3_344_128, corpus="3f" * 32, tokenizer="a8" * 32,
            program="0c" * 32, package="e1" * 32, seed=7, machine={"processor": "two cores"},
        ),
    }


def test_a_full_page_has_its_sections_in_order_and_says_what_it_was_given(full):
    page = Page(birth_report(BirthData(**full)))
    assert page.headings == ["Worth knowing", *SECTIONS]
    for words in (
        "27 minutes old", "3.34\xa0million", "21 November 2026, 09:14", "It reached 1 of 2 bars.", "It has no rival",
        "at most 2.5", "✓ reached", "✗ missed", "kept: step 90", "One seed only.", "temperature 0.8", "×1.10", "×1.50",
        "10 min 0 s", "The Button Tin (copy)", "too short", "and 5 more.", "Name margin median nats 3.25", "90.0%",
        "two cores", "3f" * 32, "I am Wren.",
    ):
        assert words.replace("\xa0", " ") in page.words.replace("\xa0", " "), words


def test_the_page_loads_and_runs_nothing(full):
    source = birth_report(BirthData(**full))
    page = Page(source)
    assert not page.names() & {"script", "link", "img", "a", "iframe", "object", "form", "base"}
    keys = {key for _, attrs in page.tags for key in attrs}
    assert not keys & {"src", "href", "style"} and not [key for key in keys if key.startswith("on")]
    assert re.search(r"https?:|//|@import|url\(", source) is None


def test_the_policy_allows_exactly_the_style_sheet_of_the_page(full):
    source = birth_report(BirthData(**full))
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [a["content"] for t, a in Page(source).tags if t == "meta" and a.get("http-equiv")]
    assert policies == [policy("")]
    assert f"style-src 'sha256-{digest}'" in policies[0] and policies[0].startswith("default-src 'none'")


def hostile(value):
    """The same structure with every text, keys of free dictionaries included, made hostile."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        return {key: hostile(v) for key, v in value.items()} | {HOSTILE: HOSTILE}
    return type(value)(hostile(v) for v in value) if isinstance(value, list | tuple) else value


def test_hostile_text_in_every_field_stays_text(full):
    marks = tuple(score(HOSTILE, 0.5, unit=HOSTILE, bar=HOSTILE, passed=True) for _ in range(2))
    card = Card(
        name=HOSTILE, generation=1, parents=(), parameters=1, corpus=HOSTILE, tokenizer=HOSTILE, program=HOSTILE,
        package=HOSTILE, seed=1, machine={HOSTILE: HOSTILE},
    )
    bad = {key: hostile(value) for key, value in full.items() if key not in ("scores", "cells", "card")}
    bad |= {"scores": marks, "cells": marks, "card": card, "stages": {HOSTILE: full["stages"]["birth"]}}
    calm = set(Page(birth_report(BirthData(**full))).names())
    source = birth_report(BirthData(**bad))
    page = Page(source)
    assert page.names() <= calm
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert "\x00" not in source and source.encode("utf-8")
    for field in ("name", "born", "answers", "samples", "notes", "verdict", "corpus", "curves", "plan", "outcome",
                  "scores", "cells", "card"):
        words = Page(birth_report(BirthData(**full | {field: bad[field]}))).words
        assert "<script>alert('x')" in words, field


def test_every_missing_part_is_said_in_a_sentence():
    page = Page(birth_report(BirthData(name="Wren", born="2026-11-21", generation=1)))
    assert page.headings == SECTIONS
    for sentence in (
        "newborn", "No verdict was given.", "It has not been examined yet.", "No learning curves were recorded",
        "No exam of the name was held.", "No answers were written down.", "No samples were drawn from it.",
        "Nothing was promised.", "What it read was not written down.", "No card was written for this birth.",
    ):
        assert sentence in page.words
    assert "Nothing was left out." not in page.words
    assert not re.search(r"\b(None|nan|inf)\b", page.words)


def coordinates(source):
    for _, attrs in Page(source).tags:
        for key, value in attrs.items():
            if key in DRAWN:
                yield from re.split(r"[ ,]+", value)


@pytest.mark.parametrize("points", [
    [], [{"step": 1, "loss": 3.0, "validation": None}], [{"step": 0, "loss": math.nan, "validation": math.inf}],
    [{"step": 5, "loss": 2.0}, {"step": 10, "loss": 10**400}], [{"loss": 1.0}, {}], [{"step": "1", "loss": None}],
    [{"step": s, "loss": 2.0, "validation": 2.0} for s in range(80)], [{"step": 1, "loss": 1e-12, "validation": -1e12}],
])
def test_odd_numbers_give_finite_drawings(full, points):
    data = full | {
        "curves": [("birth", points)],
        "stages": {"birth": {"validation_start": math.nan, "validation": math.inf, "kept_step": -math.inf, "steps": 0}},
        "scores": (
            score("a", math.nan), score("b", 0.5, low=math.nan, high=1.0), score("c", 0.0, low=0.0, high=0.0),
            score("d", -3.0, low=-4.0, high=math.inf, unit="nats", bar="2 of 3"), score("e", 10**15, unit="steps"),
        ),
        "cells": [score("f", 2.0, low=0.9, high=0.1)],
        "plan": {"predictions": {"x": 0, "y": math.nan, "z": "soon"}}, "outcome": {"x": 1, "y": 2, "z": math.inf},
    }
    source = birth_report(BirthData(**data))
    numbers = [float(number) for number in coordinates(source)]
    assert numbers and all(math.isfinite(number) for number in numbers)
    assert not re.search(r"\b(nan|inf)\b", Page(source).words)


def test_a_curve_of_one_point_can_be_seen_and_leaves_out_what_is_no_number():
    drawn = drawing.curve_plot([(3, 2.5), (4, math.nan)], kind="train", unit="nats", label="Loss", kept=3)
    assert drawn.count('class="point train"') == 1 and "kept: step 3" in drawn
    assert drawing.curve_plot([(4, math.nan)], kind="train", unit="nats", label="Loss") == ""


def test_the_gap_is_worked_out_in_bits_per_byte(full):
    loss = 1.5 * math.log(2) * 4.0  # nats per token that are 1.5 bits per byte at four bytes a token
    data = full | {
        "corpus": {"bytes": 4000, "tokens": 1000},
        "curves": [("birth", [{"step": s, "loss": loss, "validation": None} for s in (90, 100)])],
        "stages": {"birth": {"validation_start": 8.0, "validation": 2.0, "kept_step": 100, "steps": 100}},
    }
    assert "about 1.50 bits per byte, on unread ones 2.00: a gap of 0.50" in Page(birth_report(BirthData(**data))).words


def test_what_came_after_the_kept_step_is_said_to_be_thrown_away(full):
    looks = [{"step": s, "loss": 2.0, "validation": v} for s, v in ((50, 2.1), (60, 2.0), (100, 2.3))]
    stages = {"birth": {"validation_start": 8.0, "validation": 2.0, "kept_step": 60, "steps": 100}}
    words = Page(birth_report(BirthData(**full | {"curves": [("birth", looks)], "stages": stages}))).words
    assert "Kept: step 60 of 100" in words and "rose again by 0.300, so the later steps were thrown away" in words


def test_answers_show_twelve_hits_and_forty_misses(full):
    answers = [answer(True, f"right-{i}.") for i in range(30)] + [answer(False, f"wrong-{i}.") for i in range(50)]
    words = Page(birth_report(BirthData(**full | {"answers": answers}))).words
    assert len(re.findall(r"right-\d+\.", words)) == 12 and len(re.findall(r"wrong-\d+\.", words)) == 40
    assert "12 of 30" in words and "40 of 50" in words


def place(drawn, kind):
    return float(re.search(rf'class="{kind}" c?x1?="([\d.]+)"', drawn)[1])


def test_the_drawn_figure_stands_on_the_right_side_of_its_bar():
    mark = drawing.Interval(value=0.1, end=1.0, low=0.05, high=0.2, bar=0.15)
    drawn = drawing.interval_bar(mark, "leak")
    assert place(drawn, "band") < place(drawn, "dot") < place(drawn, "bar")
    assert place(drawn, "dot") == pytest.approx(28.8, abs=0.01)


@pytest.mark.parametrize("low, high", [(0, 1), (1.93, 1.95), (-3, 17), (5, 5), (0, 0), (1e12, 1e12), (2.0, 8.0)])
def test_ticks_are_even_few_and_hold_the_values(low, high):
    marks = drawing.ticks(low, high)
    gaps = [b - a for a, b in itertools.pairwise(marks)]
    assert marks[0] <= low and marks[-1] >= high and 2 <= len(marks) <= 8
    assert min(gaps) > 0 and max(gaps) == pytest.approx(min(gaps))


def test_the_same_birth_has_the_same_token_and_another_birth_another(full):
    cloths = [
        re.search(r'<svg class="cloth".*?</svg>', birth_report(BirthData(**full | {"name": name})))[0]
        for name in ("Wren", "Wren", "Ember")
    ]
    assert cloths[0] == cloths[1] != cloths[2]


@pytest.mark.parametrize("value, words", [
    (2.02, "2.02"), (3344128.0, "3,344,128"), (0.00012345, "0.0001234"), (1500.0, "1,500"), (-0.5, "-0.5"), (0.0, "0"),
])
def test_numbers_read_as_people_write_them(value, words):
    assert number_words(value) == words


def test_large_numbers_of_a_machine_read_as_people_say_them():
    assert [large_words(n) for n in (24, 9_999, 71_000, 1_310_720, 5.8e6, 123e6)] == [
        "24", "9,999", "71.0k", "1.3M", "5.8M", "123M"]
    assert operations_words(382809931776.0) == "382.8 Gflop" and operations_words(4.2e12) == "4.2 Tflop"


def test_facts_have_their_units():
    assert fact_words("flops", 382809931776.0) == "382.8 Gflop" and fact_words("parameters", 1_310_720) == "1.3M"
    assert fact_words("train_bytes", 71503) == "71.5 kB" and fact_words("seconds", 90.0) == "1 min 30 s"
    assert fact_words("share", 0.25) == "25%" and fact_words("bits_per_byte", 2.123456) == "2.123"
    assert fact_words("fresh", True) == "yes" and fact_words("dtype", "bfloat16") == "bfloat16"
    assert fact_words("bytes_per_token", math.nan) == "nan"


def luminance(colour):
    parts = [int(colour[i: i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_text_has_enough_contrast_in_light_and_dark(full):
    style = re.search(r"<style>(.*?)</style>", birth_report(BirthData(**full)), re.DOTALL)[1]
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    for scheme in (dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in blocks[:2]):
        for name in ("ink", "quiet", "accent", "second", "missed"):
            light, dark = sorted((luminance(scheme[name]), luminance(scheme["paper"])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name

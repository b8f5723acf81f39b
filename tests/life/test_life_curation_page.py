"""The page of a choice: what it says, that nothing in it runs or leads elsewhere, hostile texts, empty pools."""

import base64
import hashlib
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pagereader import HOSTILE, Page

from foundling.corpus.curation import Wish, choose
from foundling.corpus.portrait import draw
from foundling.life.pages.curation import SHEET, CurationData, curation_page
from foundling.life.pages.frame import policy
from foundling.records import Story

BUILTIN = Path(__file__).parents[2] / "src" / "foundling" / "corpus" / "builtin" / "stories"


@pytest.fixture(scope="module")
def pool():
    texts = [path.read_text(encoding="utf-8").split("---\n", 2)[-1] for path in sorted(BUILTIN.glob("*.txt"))]
    return [draw(Story(title=f"Story {n}", text=text, source=f"book {n % 7}")) for n, text in enumerate(texts)]


def made(pool, **more):
    wish = Wish(**{"budget": sum(p.bytes for p in pool) // 2 or 1, **more})
    return CurationData(title="Books for Wren", portraits=pool, made="2026-11-21",
                        choice=choose(pool, [p.bytes for p in pool], wish))


def test_the_page_says_what_was_asked_what_is_in_and_what_is_out(pool):
    data = made(pool, pins=(pool[5].id,), bans=("story 9",))
    words = Page(curation_page(data)).words
    for said in (
        "Books for Wren", f"{len(data.choice.chosen)} of {len(pool)} stories were chosen", "Chosen on 21 November 2026",
        "Pinned by hand, always in : Story 5", "Banned by hand, never in : story 9", "Is pinned by hand.",
        "Is banned by hand (story 9).", "Man in a hole", "Cinderella", "Loneliness", "Forgiveness", "Diversity",
        f"These are 40 of {len(data.choice.chosen)}.", "the budget was", "without a marked arc", "People with a name",
    ):
        assert said in words, said
    left = len(pool) - len(data.choice.chosen)
    assert f"These are 25 of {left}." in words
    first = max((p for p in data.choice.placed if p.chosen and "pinned" not in p.why), key=lambda p: p.gain)
    assert first.why[1:] in words


def test_the_page_runs_nothing_and_leads_nowhere(pool):
    source = curation_page(made(pool))
    page = Page(source)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "a", "iframe", "object", "form", "input"}
    keys = {key for _, attrs in page.tags for key in attrs}
    assert not keys & {"src", "href", "style"} and not [key for key in keys if key.startswith("on")]
    assert re.search(r"https?:|//|@import|url\(", source) is None
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [attrs["content"] for tag, attrs in page.tags if tag == "meta" and attrs.get("http-equiv")]
    assert policies == [policy(SHEET)] and f"style-src 'sha256-{digest}'" in policies[0]


def test_the_same_choice_gives_the_same_page(pool):
    assert curation_page(made(pool)) == curation_page(made(pool))


def test_hostile_texts_stay_texts(pool):
    calm = {tag for tag, _ in Page(curation_page(made(pool))).tags}
    bad = [replace(p, title=HOSTILE, people=(HOSTILE,), feelings={HOSTILE: 9.0, **p.feelings}) for p in pool]
    data = replace(made(bad, bans=(HOSTILE,), unit=HOSTILE), title=HOSTILE, made=HOSTILE, notes=(HOSTILE,))
    page = Page(curation_page(data))
    assert {tag for tag, _ in page.tags} <= calm
    assert not [key for _, attrs in page.tags for key in attrs if key.startswith("on")]
    assert page.words.count("<script>alert('x')") > 4


def drawn(source):
    for _, attrs in Page(source).tags:
        for key in ("x", "y", "x1", "y1", "x2", "y2", "width", "height", "points", "viewbox"):
            yield from re.split(r"[ ,]+", attrs.get(key) or "0") if key != "width" or attrs.get(key) else []


@pytest.mark.parametrize("count, more", [(0, {}), (1, {}), (2, {"budget": 1}), (3, {"unit": "tokens"})])
def test_small_pools_and_empty_choices_are_said_in_sentences(pool, count, more):
    source = curation_page(made(pool[:count], **more))
    words = Page(source).words
    assert all(math.isfinite(float(number)) for number in drawn(source) if number != "device-width")
    assert not re.search(r"\b(nan|inf|None)\b", words.replace("None was chosen", ""))
    if count < 3 and (count == 0 or more):
        assert "Nothing was chosen" in words
    if more.get("unit"):
        assert "tokens" in words


def test_bars_show_the_choice_beside_the_pool(pool):
    source = curation_page(made(pool, objective="feelings"))
    labels = re.findall(r'aria-label="(\w[\w ]*): pool ([\d.]+), chosen ([\d.]+)"', source)
    gained = [name for name, before, after in labels if float(after) > float(before)]
    assert len(labels) > 30 and len(gained) > 0.7 * len(labels)

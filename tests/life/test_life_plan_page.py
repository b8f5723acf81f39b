"""The page of a plan: complete in itself, deaf to hostile names, and saying what the facts say."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from foundling.evaluation.machine_rate import Machine
from foundling.life.feasibility import Wanted, facts_of
from foundling.life.pages.hours_chart import hours_chart
from foundling.life.pages.plan import plan_page, plan_table
from foundling.recipe.arithmetic import Pace
from foundling.recipe.forecast import Corpus

NASTY = "</title><script>alert(1)</script>\"'&\u202e"
MACHINE = Machine(
    cores=2, threads=2, float32=2e11, bfloat16=4e11, dtype="bfloat16", memory=24 * 10**9, memory_free=20 * 10**9,
    bandwidth=2e10, disk_free=80 * 10**9, disk_write=5e8, gpus=(NASTY,),
)
VOID = {"meta", "br", "line", "rect", "circle", "polyline", "polygon"}


def facts(size: int = 5_000_000, **wanted: Any) -> dict[str, Any]:
    corpus = Corpus(documents=19, bytes=size, words=size // 5, sampled=min(size, 8_000_000),
                    languages=(("en", 0.9), (NASTY[:12], 0.1)))
    return facts_of(Wanted(**wanted), corpus, MACHINE, Pace(products=2e11, stream=1.5e8), ["tiny", "small"])


class Tags(HTMLParser):
    """Every tag and attribute, and whether they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes what it did not open"


def read(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    return tags


@pytest.mark.parametrize("wanted", [
    {"minutes": 6.0, "hope": "story"}, {"hope": "general assistant", "size": 3_000_000},
    {"hope": "speak fluent English", "size": 2 * 10**9, "gpu_price": 2.5}, {"hope": "story", "size": 3000},
    {"hope": "assistant", "size": 60 * 10**9, "gpu_price": 2.5}, {"price_per_kwh": 0.3, "watts": 45.0},
])
def test_the_page_is_complete_in_itself_whatever_the_verdict(wanted: dict[str, Any]) -> None:
    page = plan_page(facts(**wanted))
    tags = read(page)
    assert "script" not in {tag for tag, _ in tags.seen}
    for _, attributes in tags.seen:
        assert not {"src", "href", "style", "onclick", "onload"} & attributes.keys()
    assert "http://" not in page and "https://" not in page
    assert re.search(r"default-src &#x27;none&#x27;; style-src &#x27;sha256-", page)
    assert not re.search(r"\bnan\b|\binf\b|None", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))


def test_hostile_names_stay_text() -> None:
    page = plan_page(facts(sources=(f"/texts/{NASTY}", "https://example.org/<b>")))
    assert "<script" not in page and "alert(1)" in page and "&lt;b&gt;" in page
    assert "script" not in {tag for tag, _ in read(page).seen}


def test_the_same_facts_give_the_same_page() -> None:
    assert plan_page(facts(minutes=6.0)) == plan_page(facts(minutes=6.0))


def test_the_verdict_stands_on_top_in_one_sentence() -> None:
    said = facts(minutes=6.0)
    head = plan_page(said).split("</header>")[0]
    sentence = said["verdict"]["sentence"].removeprefix("Feasible: ")
    assert sentence[1:] in head and "Feasible</h1>" in head
    assert "Folly from scratch</h1>" in plan_page(facts(3_000_000, hope="general assistant"))


def test_every_size_has_a_row_a_band_and_a_line() -> None:
    said = facts(minutes=6.0)
    page = plan_page(said)
    for row in said["sizes"]:
        assert f"{row['bits']['low']:.2f} to {row['bits']['high']:.2f}" in page
    assert page.count('<polyline class="line') == page.count('<polygon class="zone') == 4
    assert page.count('class="chosen"') == 1


def test_money_is_only_spoken_of_where_a_price_was_given() -> None:
    assert "no price given" in plan_page(facts())
    assert "no price given" not in plan_page(facts(gpu_price=2.5))
    assert "for it</small>" in plan_page(facts(price_per_kwh=0.3))


def test_what_is_assumed_is_said_to_be_assumed() -> None:
    assert "watts, assumed" in plan_page(facts()) and "45 watts, as you said" in plan_page(facts(watts=45.0))
    assert "assumed, not measured here" in plan_page(facts())


def test_a_chart_without_anything_to_draw_is_nothing() -> None:
    assert hours_chart([], 1.0, "an hour") == ""
    broken = {"size": "tiny", "course": [(float("nan"), 1.0, 1.0, 1.0), (0.0, 2.0, 1.0, 3.0)]}
    assert hours_chart([broken], 1.0, "an hour") == ""


def test_names_in_the_chart_do_not_stand_in_each_other() -> None:
    rows = [{"size": f"size{n}", "course": [(0.1, 2.0, 1.9, 2.1), (5.0, 1.5 + n / 1000, 1.4, 1.6)]} for n in range(5)]
    drawn = hours_chart(rows, 1.0, "an hour")
    heights = sorted(float(y) for y in re.findall(r'class="name[^>]* y="([\d.]+)"', drawn))
    assert len(heights) == 5 and all(b - a >= 10 for a, b in pairwise(heights))


def test_the_table_for_a_terminal_says_the_same() -> None:
    said = facts(minutes=6.0, gpu_price=2.5)
    text = plan_table(said)
    assert text.startswith(said["verdict"]["sentence"])
    assert all(row["size"] in text for row in said["sizes"]) and max(map(len, text.splitlines())) < 400

"""The page of an audit: whole and empty, hostile text in every field, figures that agree with what went in."""

import re

from pagereader import HOSTILE, Page

from foundling.corpus import Dropped
from foundling.corpus.audit import data_card, representation
from foundling.evaluation.bias.comparison import Gap
from foundling.evaluation.bias.table import BiasRow, BiasTable
from foundling.life.pages.audit import SHEET, AuditData, Cost, audit_figures, audit_page
from foundling.life.pages.frame import policy
from foundling.records import Origin, Story, canonical_json


def row(family="all", share=0.75, measure="CrowS-Pairs"):
    return BiasRow(measure=measure, family=family, n=40, share=share, low=0.6, high=0.86, difference=1.0,
                   difference_low=0.2, difference_high=1.8, share_per_byte=0.7)


def change(**more):
    return Gap(**{"measure": "He or she", "family": "WinoBias sentences", "n": 40, "a": 0.8, "b": 0.6, "change": -0.2,
                  "low": -0.3, "high": -0.1, "a_nats": 1.0, "b_nats": 0.5, "nats_change": -0.5, "nats_low": None,
                  "nats_high": None, "fewer": 9, "more": 1, "p_value": 0.02, "closer": True, **more})


def full(word="Plain", date="1843"):
    named = dict.fromkeys(("kind", "author", "licence", "consent", "language"), word)
    origin = Origin(**named, date=date, retrieved="2026-11-21")
    text = "The doctor took her bag. " * 8 + "The doctor took his hat. " * 4
    text += "The brave king saw a beautiful queen. " * 30
    stories = [Story(title=word, text=text, source=f"{word}/x", origin=origin),
               Story(title="Scene", text="Ada: Call [phone 1].\nKing: I did.", source="s", form="scene")]
    card = data_card(stories, [Dropped(title=word, reason=f"is {word}", step=word, source=word)], {word: word})
    rows = (row(), row(family=word, measure="WinoBias"), row(family="WinoBias sentences", measure="He or she"))
    return AuditData(
        name=word, card=card, representation=representation(stories), made="2026-11-21", notes=[word],
        bias=BiasTable(pairs="0" * 64, rows=rows, outcomes=()), gaps=[change(family=word)],
        cost=Cost(before=2.0, after=2.01, change=0.01, low=0.005, high=0.015))


def test_a_full_page_has_all_parts_and_says_what_it_counted():
    page = Page(audit_page(full()))
    assert page.headings == [
        "In short", "What it is made of", "Where it comes from", "What was left out", "Personal data",
        "Whom it tells of", "What is said of them", "Where it happens", "What a being makes of it", "What can be done",
        "What is not known"]
    words = page.words
    for said in ("himself stand 4 times, she, her, hers and herself 8 times", "75% of 40 cases", "−20.0",
                 "2.0100 bits per byte", "66.7% 8 to 4", "Phone", "not searched"):
        assert said in words, said
    assert "1 of 2 documents is not known" in words and "not written down" in words


def test_an_empty_audit_says_that_nothing_is_known():
    page = Page(audit_page(AuditData(name="Nothing", card=data_card([]))))
    words = page.words
    assert len(page.headings) == 11 and "0 documents" in words
    for said in ("There is no document", "This was not counted", "No being was examined", "No beings raised with and"):
        assert said in words


def test_hostile_text_stays_text_everywhere():
    source = audit_page(full(HOSTILE, date="0001-01-01"))
    page = Page(source)
    assert {tag for tag, _ in page.tags} & {"script", "img", "a", "iframe", "link"} == set()
    names = {name for _, given in page.tags for name in given}
    assert not any(name.startswith("on") for name in names) and not names & {"src", "href", "style"}
    assert "\x00" not in source and "alert('x')" not in source
    source.encode("utf-8")


def test_the_page_allows_nothing_but_its_own_style():
    page = Page(audit_page(full()))
    policies = [given["content"] for _, given in page.tags if given.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [policy(SHEET)] and "default-src 'none'" in policies[0]


def test_the_same_audit_is_the_same_page_and_drawings_are_finite():
    source = audit_page(full())
    assert source == audit_page(full()) and not re.search(r'="(?:nan|inf|-inf)', source)


def test_a_change_is_marked_only_where_its_interval_leaves_out_nothing():
    def kinds(**more):
        page = Page(audit_page(AuditData(name="x", card=data_card([]), gaps=[change(**more)])))
        marks = [given.get("class") for tag, given in page.tags if tag == "span"]
        return [mark for mark in marks if mark in ("fewer", "more", "quiet")]

    assert kinds() == ["fewer"] and kinds(closer=False) == ["more"] and kinds(high=0.1) == kinds(low=None) == ["quiet"]


def test_figures_are_plain_and_carry_intervals():
    figures = audit_figures(full())
    assert b"NaN" not in canonical_json(figures)
    doctor = next(work for work in figures["representation"]["professions"] if work["name"] == "doctor")
    assert doctor["share"] == 8 / 12 and doctor["low"] < 8 / 12 < doctor["high"]
    assert figures["bias"]["rows"][0]["share"] == 0.75 and "outcomes" not in figures["bias"]
    assert figures["card"]["documents"] == 2 and figures["gaps"][0]["change"] == -0.2

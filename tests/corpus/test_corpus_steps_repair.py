"""Repair mends characters and leaves words; form is what `clean` does; casing and plain are options."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundling.corpus import Dropped, clean
from foundling.corpus.steps.casing import Casing, Plain
from foundling.corpus.steps.form import Form
from foundling.corpus.steps.repair import Repair
from foundling.records import Origin, Story

QUICK = settings(max_examples=300, deadline=None, database=None, derandomize=True)
LONG = "Ida carried the blue jug down to the well."


def story(text: str, kind: str = "text", **more) -> Story:
    return Story(title="t", text=text, source="s", origin=Origin(kind=kind), **more)


@pytest.mark.parametrize(("broken", "mended"), [
    ("ItÃ¢â‚¬â„¢s the cafÃ© door", "It’s the café door"), ("schÃ¶n und grÃ¼n\nfine line", "schön und grün\nfine line"),
    ("â\x80\x9cNo,â\x80\x9d she said", "“No,” she said"), ("Tom &amp; Ida &lt;3", "Tom & Ida <3"),
    ("Tom &amp;amp;amp; Ida", "Tom & Ida"), ("a&nbsp;b &mdash; c &#8212; d", "a\u00a0b — c — d"),
    ("but\u00adter", "butter"), ("&amp;lt;b&amp;gt;", "<b>"), ("caf&eacute;", "café"),
    ("Gr\u00f6\u00dfe, Ça va", "Größe, Ça va"),
])
def test_what_is_broken_is_mended(broken, mended):
    assert Repair()(story(broken)).text == mended


@pytest.mark.parametrize("text", [
    LONG, "Tom & Ida; AT&T; a &c b", "SÃO PAULO É ASSIM", "Ângela and Âge, and Ñandú, a bird",
    "&nosuch; &#65;&#38;", "你好 🦔 Ωmega",
    "well-\nknown", "Château d’Yquem — où ça?",
])
def test_what_is_whole_is_the_same_story(text):
    sound = story(text)
    assert Repair()(sound) is sound


def test_words_divided_at_a_lines_end_are_joined_in_pdf_only():
    assert Repair()(story("the lamp-\nlighter came", "pdf")).text == "the lamplighter came"
    assert Repair()(story("on the Rhine-\nMain line, 12-\n14", "pdf")).text == "on the Rhine-\nMain line, 12-\n14"
    assert Repair()(story("the lamp-\nlighter came", "text")).text == "the lamp-\nlighter came"


def test_without_ftfy_a_broken_text_is_left_out_with_the_reason(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ftfy", None)
    left = Repair()(story("schÃ¶n"))
    assert isinstance(left, Dropped) and "pip install 'foundling[data]'" in left.reason and left.step == "repair"
    assert Repair()(story("schön")).text == "schön"


@QUICK
@given(st.text(st.sampled_from("aé&;#38ampltgÂÃ©\u00ad\u200b€ -\n")))
@example("&am\u00adp;lt;")
@example("&#38;lt;")
def test_repair_twice_is_repair_once(text):
    once = Repair()(story(text))
    assert Repair()(once) == once


@QUICK
@given(st.text(st.sampled_from("aé\u0301 \n\t\x85\u00a0\u200b\u2028.")), st.sampled_from(["prose", "scene"]))
@example(" x\n\n\n", "prose")
def test_form_is_clean(text, form):
    for whole in (story(LONG + text, form=form), story(text + LONG, form=form), story(text, form=form)):
        assert Form()(whole) == clean(whole)


def test_lower_case_and_plain_signs_are_there_for_who_wants_them():
    scene = story("Ada: Good DAY!", form="scene", people=("Ada",))
    lower = Casing()(scene)
    assert lower.text == "ada: good day!" and lower.people == ("ada",) and lower.turns[0].name == "ada"
    assert Plain()(story("It’s *bold* ✓ & “fine” — no_1!")).text == "It’s bold “fine” — no1!"

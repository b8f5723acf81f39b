"""Languages are told by small words and scripts; filters keep what was asked for; terms are read and obeyed."""

import pytest

from foundling.corpus import Dropped
from foundling.corpus.steps.language import Language, classified, voted
from foundling.corpus.steps.licence import Licensed, normalised
from foundling.records import Origin, Story

TALES = {
    "en": "Once there was a man who had three sons, and the youngest of them was called the fool by all in the house.",
    "de": "Es war einmal ein Mann, der hatte drei Söhne, und der jüngste von ihnen wurde von allen im Haus der "
          "Dumme genannt.",
    "fr": "Il était une fois un homme qui avait trois fils, et le plus jeune était appelé le sot par tous dans "
          "la maison.",
    "es": "Había una vez un hombre que tenía tres hijos, y al más joven lo llamaban el tonto todos los de la casa.",
    "it": "C'era una volta un uomo che aveva tre figli, e il più giovane era chiamato lo sciocco da tutti nella casa.",
    "nl": "Er was eens een man die drie zonen had, en de jongste van hen werd door iedereen in het huis de "
          "domme genoemd.",
    "pt": "Era uma vez um homem que tinha três filhos, e o mais novo era chamado de tolo por todos os que "
          "viviam na casa.",
    "sv": "Det var en gång en man som hade tre söner, och den yngste av dem kallades för dummerjöns av alla i huset.",
    "pl": "Był raz człowiek, który miał trzech synów, a najmłodszy z nich był przez wszystkich w domu "
          "nazywany głupcem, ale to nie było do końca tak, jak się mówi.",
    "ru": "Жил-был человек, и было у него три сына, а младшего из них все в доме звали дураком, но это было не так.",
    "ja": "むかしむかし、あるところに三人の息子をもつ男がいました。",
    "zh": "从前有一个人，他有三个儿子，最小的被大家叫做傻瓜。",
    "ko": "옛날 옛적에 세 아들을 둔 사람이 있었습니다.",
}


def story(text: str, language: str = "", kind: str = "text", **more) -> Story:
    return Story(title="t", text=text, source="s", origin=Origin(kind=kind, language=language), **more)


@pytest.mark.parametrize("code", sorted(TALES))
def test_a_language_is_told_and_recorded(code):
    assert Language()(story(TALES[code])).origin.language == code
    assert Language()(story(f"Ada: {TALES[code]}", form="scene")).origin.language == code


@pytest.mark.parametrize("text", ["Ash Birk Colm Dahl.", "12 34 56",
    "Xyzzy plugh frobnicate quux grault garply waldo fred plugh."])
def test_what_is_in_doubt_is_not_recorded_and_not_dropped(text):
    assert voted(text) == "" and Language()(story(text)) == story(text)


def test_only_the_languages_asked_for_are_kept():
    only = Language(languages=("de", "fr"))
    assert isinstance(only(story(TALES["de"])), Story) and isinstance(only(story(TALES["fr"])), Story)
    left = only(story(TALES["en"]))
    assert isinstance(left, Dropped) and left.reason == "is in the language en, not in de, fr"


def test_what_a_source_says_stands_except_on_the_web():
    assert Language()(story(TALES["en"], "sco")).origin.language == "sco"
    assert Language()(story(TALES["de"], "en", "html")).origin.language == "de"
    assert isinstance(Language(languages=("en",))(story(TALES["de"], "en", "html")), Dropped)
    assert isinstance(Language(languages=("en",))(story(TALES["en"], "en-GB")), Story)


def test_the_classifier_is_asked_in_doubt_only_and_its_doubt_is_the_persons_to_settle():
    short = "Guten Morgen, liebe Nachbarin, herrliches Wetter heute!"
    assert voted(short) == "" and classified(short, 0.65) == "de"
    assert isinstance(Language(languages=("en",))(story(short)), Dropped)
    assert Language(languages=("de",))(story(short)).origin.language == "de"
    assert isinstance(Language(languages=("en",), sure=1.1)(story(short)), Story)
    left = Language(languages=("en",), sure=1.1, doubtful="drop")(story(short))
    assert isinstance(left, Dropped) and "no language that could be told" in left.reason


def test_without_the_classifier_doubt_stays(monkeypatch):
    from foundling.corpus.steps import language

    language._identifier.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "py3langid.langid", None)
    assert classified("Guten Morgen, liebe Nachbarin", 0.1) == ""


def test_a_quotation_does_not_decide_for_a_book():
    assert voted(TALES["fr"] * 3 + (TALES["en"] + "\n") * 100 + TALES["de"] * 3) == "en"


@pytest.mark.parametrize(("said", "short"), [
    ("CC BY-SA 4.0", "cc by-sa"), ("https://creativecommons.org/licenses/by-nc-nd/3.0/de/", "cc by-nc-nd"),
    ("http://creativecommons.org/publicdomain/zero/1.0/", "cc0"),
    ("https://creativecommons.org/publicdomain/mark/1.0/", "public domain"),
    ("CC0 1.0", "cc0"), ("Creative Commons Attribution-ShareAlike 3.0 Unported", "cc by-sa"), ("CC-BY", "cc by"),
    ("Creative Commons Attribution-NonCommercial-NoDerivs", "cc by-nc-nd"), ("Attribution 4.0 International", "cc by"),
    ("Creative Commons Attribution Non-Commercial Share Alike", "cc by-nc-sa"), ("Public Domain (US)", "public domain"),
    ("gemeinfrei", "public domain"), ("Apache-2.0", "apache"), ("MIT", "mit"), ("AFL-3.0", "afl"), ("GFDL 1.2", "gfdl"),
    ("© 2020 Ash. All rights reserved.", "all rights reserved"), ("own", "own"), ("", ""),
    ("house rules", "house rules"),
])
def test_licences_are_brought_to_short_names(said, short):
    assert normalised(said) == short and normalised(short) == short


def licensed(licence: str = "", consent: str = "") -> Story:
    return Story(title="t", text="x", source="s", origin=Origin(licence=licence, consent=consent))


def test_licences_on_both_sides():
    step = Licensed()
    assert step(licensed("CC BY 4.0")) == licensed("CC BY 4.0") and step(licensed()) == licensed()
    left = step(licensed("CC BY-NC 4.0"))
    assert isinstance(left, Dropped) and left.reason.startswith("is under 'CC BY-NC 4.0', which is not")
    assert isinstance(Licensed(allowed=("CC BY-NC",))(licensed("cc by-nc 2.0")), Story)
    assert isinstance(Licensed(unknown="drop")(licensed()), Dropped)
    assert isinstance(Licensed(unknown="drop")(licensed(consent="given by Ada")), Story)
    assert isinstance(Licensed(allowed=())(licensed("house rules")), Story)


@pytest.mark.parametrize("consent", ["refused", "Refused by Ada", "withdrawn 2026-01-01", "no"])
def test_a_refusal_beats_every_licence(consent):
    left = Licensed(allowed=())(licensed("public domain", consent))
    assert isinstance(left, Dropped) and "has no consent" in left.reason
    assert isinstance(Licensed()(licensed("public domain", "not refused")), Story)

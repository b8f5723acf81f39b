"""Lists of words in files beside this module in, tables to look words up in out. It counts and changes nothing.

The lists are Foundling's own: English, of books old and new, and never complete. What they do not hold is not counted,
and the data card says so. "woman" and "man" here are what a text says of somebody, not what anybody is.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

WOMAN, MAN = "woman", "man"
PRONOUNS: Mapping[str, str] = {
    **dict.fromkeys(("he", "him", "his", "himself"), MAN), **dict.fromkeys(("she", "her", "hers", "herself"), WOMAN)}
TITLES: Mapping[str, str] = {
    **dict.fromkeys(("Mr", "Master", "Sir", "King", "Prince", "Uncle", "Lord", "Father", "Brother", "Duke"), MAN),
    **dict.fromkeys(("Mrs", "Miss", "Lady", "Queen", "Princess", "Aunt", "Mother", "Sister", "Dame", "Madam"), WOMAN)}


def _lines(name: str) -> Iterator[list[str]]:
    text = files("foundling.corpus.audit").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    return (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def gendered_pairs() -> tuple[tuple[str, str], ...]:
    """(man's word, woman's word), all in small letters, the compounds of -man and -woman among them."""
    made = [
        (f"{stem}{man}", f"{stem}{woman}")
        for line in _lines("stems") for stem in line for man, woman in (("man", "woman"), ("men", "women"))
    ]
    return (*((man, woman) for man, woman in _lines("pairs")), *made)


@cache
def one_way() -> Mapping[str, str]:
    """A woman's word -> anybody's word in its place ("huntress" -> "hunter")."""
    return {line[0]: line[1] for line in _lines("oneway")}


@cache
def gendered_nouns() -> Mapping[str, str]:
    """Noun (small letters) -> "woman" or "man"; no pronouns, no adjectives, and not the plural "gods"."""
    left_out = {*PRONOUNS, "god", "gods", "manly", "womanly", "masculine", "feminine", "boyish", "girlish", "mr", "mrs"}
    rest = [(man, woman) for man, woman in gendered_pairs() if man not in left_out]
    women = [*(woman for _, woman in rest), *one_way()]
    return {**{man: MAN for man, _ in rest}, **dict.fromkeys(women, WOMAN)}


@cache
def first_names() -> tuple[tuple[str, str], ...]:
    """(a boy's name, a girl's name) of about the same age and use."""
    return tuple((boy, girl) for boy, girl in _lines("names"))


@cache
def grouped(name: str) -> Mapping[str, str]:
    """word -> its group, of the lists whose lines begin with one ("ages", "places")."""
    return {word: group for group, *words in _lines(name) for word in words}


@cache
def sets(name: str) -> Mapping[str, frozenset[str]]:
    """group -> all its words, of a list whose lines begin with their group and may share words."""
    found: dict[str, frozenset[str]] = {}
    for group, *words in _lines(name):
        found[group] = found.get(group, frozenset()) | frozenset(words)
    return found


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a plain list ("adjectives", "speech", "professions")."""
    return frozenset(word for line in _lines(name) for word in line)


@cache
def professions() -> Mapping[str, str]:
    """singular or plural -> the profession's singular."""
    plural = {}
    for word in sorted(listed("professions")):
        end = "men" if word.endswith("man") else None
        plural[f"{word[:-3]}{end}" if end else f"{word}es" if word.endswith("ss") else f"{word}s"] = word
    return {**plural, **{word: word for word in listed("professions")}}

"""The shipped word lists in, one table of words with their feelings, themes and valence out. It reads no story.

The lists (feelings.txt, themes.txt, valence.txt) were written for Foundling and copied from no other lexicon. They know
words, not sense: "grave" is counted where it means serious too. common.txt holds the 2,000 words that occur most often
in Foundling's built-in stories and scenes, ordered by count, then by alphabet, as `most_common` computes them.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from foundling.records import BadInput

_VOWELS = "aeiou"
NEGATORS = ("not", "never", "no", "nor", "neither", "without", "cannot", "hardly", "scarcely", "don't", "didn't",
            "wasn't", "isn't", "weren't", "won't", "couldn't", "can't", "wouldn't", "doesn't", "aren't")


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Every listed word has a number (0 stands for all others), which is its row in the tables.

    feelings and themes: their names, in the order of the columns. feeling_rows and theme_rows: 1 where a word tells of
    it; valence: -1 to 1; common: True where the word is among the 2,000; negator: True for "not" and its like.
    """

    numbers: dict[str, int]
    feelings: tuple[str, ...]
    themes: tuple[str, ...]
    feeling_rows: NDArray[np.float64]
    theme_rows: NDArray[np.float64]
    valence: NDArray[np.float64]
    common: NDArray[np.bool_]
    negator: NDArray[np.bool_]


def _verb(word: str) -> tuple[str, ...]:
    if word.endswith("e"):
        return word, word + "s", word + "d", word[:-1] + "ing"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"
    third = word + ("es" if word.endswith(("s", "x", "sh", "ch")) else "s")
    short = re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", word)
    stem = word + word[-1] if short else word
    return word, third, stem + "ed", stem + "ing"


def forms(word: str, kind: str) -> tuple[str, ...]:
    """A listed word with its regular forms: kind "v" verb, "n" noun, "a" adjective, "w" as it stands.

    Raises BadInput for any other kind.
    """
    if kind == "v":
        return _verb(word)
    if kind == "n":
        return word, word + ("es" if word.endswith(("s", "x", "sh", "ch")) else "s")
    if kind == "a":
        return word, (word[:-1] + "ily" if word.endswith("y") else word + "ly")
    if kind == "w":
        return (word,)
    raise BadInput(f"A word list has words of the kind {kind!r}: use w, v, n or a.")


def _lines(name: str) -> Iterable[tuple[list[str], list[str]]]:
    text = files("foundling.corpus.portrait").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            head, _, words = line.partition(":")
            yield head.split(), words.split()


def listed(name: str) -> frozenset[str]:
    """The words that a list ("feelings.txt" ...) writes out, without the forms that are made of them."""
    return frozenset(word for _, words in _lines(name) for word in words)


def word_groups(name: str) -> dict[str, frozenset[str]]:
    """The words of a list by the first word of their lines (people.txt)."""
    groups: dict[str, frozenset[str]] = {}
    for (group, *_), words in _lines(name):
        groups[group] = groups.get(group, frozenset()) | frozenset(words)
    return groups


def common_words() -> tuple[str, ...]:
    """The 2,000 words of common.txt, most frequent first."""
    return tuple(word for _, words in _lines("common.txt") for word in words)


def most_common(texts: Iterable[str], count: int = 2000) -> tuple[str, ...]:
    """The words that occur most often in the texts, ties by alphabet; names (mostly with capitals) are left out."""
    counts: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for text in texts:
        counts.update(re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower()))
        named.update(word.lower() for word in re.findall(r"\b[A-Z][a-z]+", text))
    kept = [word for word in counts if named[word] * 2 < counts[word] or counts[word] > 200]
    return tuple(sorted(kept, key=lambda word: (-counts[word], word))[:count])


@cache
def lexicon() -> Lexicon:
    """The table of all shipped lists, read once. Where valence.txt gives a word a value, it goes before the others."""
    felt: dict[str, list[str]] = {}
    moral: dict[str, list[str]] = {}
    valence: dict[str, float] = {}
    for (feeling, value, kind), words in _lines("feelings.txt"):
        for word in (form for listed_word in words for form in forms(listed_word, kind)):
            felt.setdefault(word, []).append(feeling)
            valence.setdefault(word, float(value))
    for (value, kind), words in _lines("valence.txt"):
        valence |= {form: float(value) for word in words for form in forms(word, kind)}
    for (theme, kind), words in _lines("themes.txt"):
        for word in (form for listed_word in words for form in forms(listed_word, kind)):
            moral.setdefault(word, []).append(theme)
    common = common_words()
    known = list(dict.fromkeys([*common, *felt, *valence, *moral, *NEGATORS]))
    numbers = {word: number for number, word in enumerate(known, 1)}
    feelings = tuple(dict.fromkeys(head[0] for head, _ in _lines("feelings.txt")))
    themes = tuple(dict.fromkeys(head[0] for head, _ in _lines("themes.txt")))
    rows = len(known) + 1
    table = Lexicon(
        numbers=numbers, feelings=feelings, themes=themes, feeling_rows=np.zeros((rows, len(feelings))),
        theme_rows=np.zeros((rows, len(themes))), valence=np.zeros(rows), common=np.zeros(rows, dtype=np.bool_),
        negator=np.zeros(rows, dtype=np.bool_))
    for word, names in felt.items():
        table.feeling_rows[numbers[word], [feelings.index(name) for name in names]] = 1
    for word, names in moral.items():
        table.theme_rows[numbers[word], [themes.index(name) for name in names]] = 1
    table.valence[[numbers[word] for word in valence]] = list(valence.values())
    table.common[[numbers[word] for word in common]] = True
    table.negator[[numbers[word] for word in NEGATORS]] = True
    return table

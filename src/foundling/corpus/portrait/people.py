"""A story in, the named people in it and how often they meet out. A small method of capitals and verbs, no parser.

A name is a word that keeps its capital inside sentences and shows a sign of a person: it speaks, it owns, it has a
title or it does something. It finds no people without names, and takes a place that "said" something for a person.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from foundling.corpus.portrait.lexicon import word_groups
from foundling.records import Story

_WORD = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+(?:-[A-Za-z]+)*"
_RUN = re.compile(
    rf"{_WORD}(?:(?:(?:(?<=Mr)|(?<=Mrs)|(?<=Ms)|(?<=Dr)|(?<=St))\.)? {_WORD})*(?=(['’]s\b)?,? ?([a-z]*))")
_WORDS = word_groups("people.txt")
_TITLES, _SPEAKS, _PLACE, _NEVER = (_WORDS[name] for name in ("titles", "speaks", "place", "never"))
_DOES = _SPEAKS | _WORDS["does"]
_MOST = 12


@dataclass(frozen=True, kw_only=True)
class People:
    """names: people by the number of times that they are named, most often first; pairs: how many different two meet
    in a paragraph or answer each other; meetings: in how many paragraphs or exchanges, summed over pairs."""

    names: tuple[str, ...]
    pairs: int
    meetings: int


def _runs(text: str) -> list[tuple[int, tuple[str, ...], bool, bool]]:
    """(place, words, inside a sentence, sign of a person) of every run of capitals."""
    found = []
    for match in _RUN.finditer(text):
        run = match[0]
        if run in _NEVER:
            continue
        start, (owner, after) = match.start(), match.groups()
        words = tuple(word for word in dict.fromkeys(run.split()) if word not in _NEVER)
        if not words:
            continue
        opened = not run.startswith(words[0])  # "Then Tom": the name stands inside, if only just
        around = text[max(0, start - 14):start]
        inside = opened or (around[-1:] == " " and (around[-2:-1].islower() or around[-2:-1] in (",", ";")))
        before = around.rsplit(None, 1)[-1] if inside and not around.isspace() and around else ""
        titled = len(words) > 1 and words[0].rstrip(".") in _TITLES
        signed = after in _DOES or before in _SPEAKS or titled or owner is not None
        found.append((start, words, inside or titled, signed and before not in _PLACE))
    return found


def _names(text: str, plain: Mapping[str, int]) -> tuple[list[tuple[int, str]], Counter[str]]:
    """Places of names, and how often each is named. `plain` counts all words of the text in lower case."""
    runs = _runs(text)
    total, within, signs = Counter[str](), Counter[str](), Counter[str]()
    capital: Counter[str] = Counter()
    for _, words, inside, signed in runs:
        name = " ".join(words)
        total[name] += 1
        within[name] += inside
        signs[name] += signed
        capital.update(words)
    kept = {
        name for name in total
        if within[name] and signs[name] and (total[name] > 1 or signs[name] > 1 or " " in name)
        and all(plain.get(word.lower(), 0) < 2 * capital[word] for word in name.split())
    }
    longer: dict[str, set[str]] = {}
    for name in kept:
        for word in name.split()[:1] + name.split()[-1:]:
            if " " in name and word.rstrip(".") not in _TITLES:
                longer.setdefault(word, set()).add(name)
    # "Mary" is "Mary Lennox" where there is one Mary only; the short form, being the usual one, names both.
    short = {name: word for word, names in longer.items() if word in kept and len(names) == 1 for name in names}
    places = [(at, short.get(name, name)) for at, words, _, _ in runs if (name := " ".join(words)) in kept]
    return places, Counter(name for _, name in places)


def _met(groups: Sequence[frozenset[str]], order: Mapping[str, int]) -> Counter[tuple[str, str]]:
    """How often two are in one group; of a crowd, the first twelve in order: a list of names is no meeting."""
    met: Counter[tuple[str, str]] = Counter()
    for group in groups:
        if len(group) > 1:
            met.update(combinations(sorted(group, key=order.__getitem__)[:_MOST], 2))
    return met


def _scene(story: Story) -> People:
    said = [turn.name for turn in story.turns if turn.name is not None]
    counts = Counter(said)
    order = {name: index for index, (name, _) in enumerate(counts.most_common())}
    met = _met([frozenset(two) for two in pairwise(said)], order)
    return People(names=tuple(order), pairs=len(met), meetings=sum(met.values()))


def people_of(story: Story, plain: Mapping[str, int]) -> People:
    """The named people of a story. `plain` counts its words in lower case; `story.people`, where given, are they."""
    if story.form == "scene":
        return _scene(story)
    text = story.text
    if story.people:
        longest_first = sorted(story.people, key=lambda name: (-len(name), name))
        pattern = re.compile(r"\b(" + "|".join(map(re.escape, longest_first)) + r")\b")
        places = [(match.start(), match[1]) for match in pattern.finditer(text)]
        counts = Counter(name for _, name in places)
    else:
        places, counts = _names(text, plain)
    order = {name: i for i, name in enumerate(sorted(counts, key=lambda name: (-counts[name], name)))}
    gap = "\n\n" if "\n\n" in text else "\n"
    ends = [match.start() for match in re.finditer(gap, text)]
    groups: dict[int, set[str]] = {}
    for at, name in places:
        groups.setdefault(bisect_right(ends, at), set()).add(name)
    met = _met([frozenset(group) for group in groups.values()], order)
    return People(names=tuple(order), pairs=len(met), meetings=sum(met.values()))

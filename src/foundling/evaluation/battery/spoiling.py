"""A text in, the same text with one thing spoilt out: words, sentences, letters, length. Pure functions of text and
dice; None where the text gives no room for it.

What is moved is moved between the same gaps, so that paragraphs, and the number of bytes, stay as they were. Shorter
get `drop_word` and `cut_half` alone; `repeat_line` is as near to the old length as whole sentences allow.
"""

import re

from foundling.world.chance import Dice

_GAP = re.compile(r"(\s+)")
_PAUSE = re.compile(r"((?:(?<=[.!?])|(?<=[.!?][\"”’')]))\s+)")
_PLAIN = re.compile(r"[a-z]{2,}")
_LONG = re.compile(r"[A-Za-z]{4,}")
TYPOS = 3
LEAST_SENTENCES = 3


def _parts(text: str, gap: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """What stands between gaps, and the gaps."""
    pieces = gap.split(text)
    return pieces[::2], pieces[1::2]


def _joined(parts: list[str], gaps: list[str]) -> str:
    return "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=True))


def sentences(text: str) -> list[str]:
    """The sentences of a text; a quotation with its own full stop ends one."""
    return [part for part in _parts(text, _PAUSE)[0] if part]


def _mixed(text: str, gap: re.Pattern[str], dice: Dice) -> str | None:
    parts, gaps = _parts(text, gap)
    if len(set(parts)) < LEAST_SENTENCES:
        return None
    while (order := dice.mixed(parts)) == parts:
        pass
    return _joined(order, gaps)


def shuffle_words(text: str, dice: Dice) -> str | None:
    """All words in another order."""
    return _mixed(text, _GAP, dice)


def shuffle_sentences(text: str, dice: Dice) -> str | None:
    """All sentences in another order."""
    return _mixed(text, _PAUSE, dice)


def swap_neighbours(text: str, dice: Dice) -> str | None:
    """Two neighbouring plain words change places; no capital or mark gives it away."""
    words, gaps = _parts(text, _GAP)
    places = [
        i for i in range(len(words) - 1)
        if words[i] != words[i + 1] and _PLAIN.fullmatch(words[i]) and _PLAIN.fullmatch(words[i + 1])
    ]
    if not places:
        return None
    at = dice.one(places)
    words[at], words[at + 1] = words[at + 1], words[at]
    return _joined(words, gaps)


def mistype(text: str, dice: Dice) -> str | None:
    """In three words two neighbouring letters change places."""
    words = [m for m in _LONG.finditer(text) if any(a != b for a, b in zip(m[0][1:], m[0][2:], strict=False))]
    if len(words) < TYPOS:
        return None
    letters = list(text)
    for word in dice.sample(words, TYPOS):
        at = dice.one([i for i in range(word.start() + 1, word.end() - 1) if text[i] != text[i + 1]])
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def drop_word(text: str, dice: Dice) -> str | None:
    """One plain word inside a sentence is missing, with the gap behind it."""
    words, gaps = _parts(text, _GAP)
    places = [
        i for i in range(1, len(words) - 1) if _PLAIN.fullmatch(words[i]) and words[i - 1][-1:].isalnum()
        and gaps[i] == " "
    ]
    if not places:
        return None
    at = dice.one(places)
    return _joined(words[:at] + words[at + 1:], gaps[:at] + gaps[at + 1:])


def repeat_line(text: str, dice: Dice) -> str | None:
    """One of its sentences again and again, as often as comes nearest to the old length."""
    lines = [line for line in sentences(text) if 20 <= len(line) <= len(text) / 3]
    if not lines:
        return None
    line = dice.one(lines)
    return " ".join([line] * max(3, round((len(text) + 1) / (len(line) + 1))))


def cut_half(text: str, dice: Dice) -> str | None:
    """The first half of its words."""
    words, gaps = _parts(text, _GAP)
    half = len(words) // 2
    return _joined(words[:half], gaps[:half - 1]) if half >= 2 else None

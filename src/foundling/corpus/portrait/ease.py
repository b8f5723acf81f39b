"""Words and a text in, how easy it is to read out: Flesch's reading ease, sentence length. English only.

Source: Flesch 1948, A new readability yardstick: 206.835 - 1.015 x words a sentence - 84.6 x syllables a word.
"""

import re

_ENDS = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)")
_SHORTENED = ("Mr. ", "Mrs. ", "Ms. ", "Dr. ", "St. ", "Esq. ")
_GROUPS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """Groups of vowels, less a silent e at the end (but "table" keeps it) and a silent -ed or -es; at least one."""
    count = len(_GROUPS.findall(word))
    silent = word.endswith("e") and not (word.endswith("le") and word[-3:-2] not in "aeiouy")
    silent = silent or (word.endswith("ed") and word[-3:-2] not in "dt")
    silent = silent or (word.endswith("es") and word[-3:-2] not in "sxzhcg")
    return max(1, count - silent)


def sentences(text: str, form: str = "prose") -> int:
    """How many sentences end in the text; in a scene at least one a line. At least one."""
    ends = len(_ENDS.findall(text)) - sum(map(text.count, _SHORTENED))
    return max(1, ends, text.count("\n") + 1 if form == "scene" else 1)


def reading_ease(words: int, spoken: int, ends: int) -> float:
    """Flesch's reading ease of so many words, syllables and sentences: 100 is very easy, 30 hard; at least -100.

    0 where there are no words.
    """
    if not words:
        return 0.0
    return round(max(-100.0, 206.835 - 1.015 * words / max(1, ends) - 84.6 * spoken / words), 2)

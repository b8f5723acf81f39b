"""Handles as archives have them in, names that the turn grammar takes out: valid, distinct, the same through a text.

A mail address or a telephone number never comes out as a name. It knows nothing of who anybody is.
"""

import re
import unicodedata

LONGEST_NAME = 40  # characters, as in records.turn
_BRACKETED_MAIL = re.compile(r"<[^<>]*>")
_MAIL = re.compile(r"(mailto:)?[^\s@<>()]+@[^\s@<>():]+\.[^\s@<>():]+", re.IGNORECASE)
_MATRIX = re.compile(r"@([^\s:@]+):\S+")
_NUMBER = re.compile(r"[+(]*\d(?:[\s()./-]*\d){4,}")  # five digits and more are a telephone or an account
_ODD = re.compile(r"[^\w .'’\-]|_(?=\s|$)")


class Speakers:
    """Names for the speakers of one document, given in the order in which they appear."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._strangers = 0

    def name(self, handle: str) -> str:
        """The handle's name: the handle itself where it can be one, "Someone A" where nothing of it may stay."""
        key = handle.strip()[:1000]
        if key not in self._names:
            wanted = _core(key)
            self._names[key] = self._free(wanted) if wanted else self._stranger()
            self._taken.add(self._names[key].casefold())
        return self._names[key]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name given so far, in order of appearance."""
        return tuple(self._names.values())

    def _free(self, wanted: str) -> str:
        name, count = wanted, 1
        while name.casefold() in self._taken:
            count += 1
            ending = f" {count}"
            name = wanted[:LONGEST_NAME - len(ending)].rstrip() + ending
        return name

    def _stranger(self) -> str:
        while True:
            count, letters = self._strangers, ""
            self._strangers += 1
            while count >= 0:
                count, letters = count // 26 - 1, chr(ord("A") + count % 26) + letters
            if (name := f"Someone {letters}").casefold() not in self._taken:
                return name


def _core(handle: str) -> str:
    """What of a handle may stand as a name, "" when nothing may."""
    text = unicodedata.normalize("NFC", "".join(c for c in handle if unicodedata.category(c)[0] != "C" or c.isspace()))
    if matrix := _MATRIX.fullmatch(text.strip()):
        text = matrix[1]
    text = _NUMBER.sub(" ", _MAIL.sub(" ", _BRACKETED_MAIL.sub(" ", text)))
    text = " ".join(_ODD.sub(" ", text).split())
    start = next((i for i, character in enumerate(text) if character.isalpha()), len(text))
    return text[start:start + LONGEST_NAME].rstrip(" -_'’")

"""Text as somebody typed or a model made it in, one harmless line out. It knows no names, rooms or turns.

All of it is hostile: an escape sequence could drive a terminal, and a bidirectional override could make a line look as
if another had said it. Text that looks like markup or like a special token stays: whoever shows it, escapes it.
"""

import unicodedata

from foundling.records import BadInput

LONGEST = 2_000
"""The characters of a message after cleaning (serving-security.md section 4)."""

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(piece: str) -> str:
    """A piece of a text, safe to show at once: white space is a space each, control characters are gone.

    Pieces that are made plain one by one join to the same text as the whole.
    """
    return "".join(" " if c.isspace() else c for c in piece if c.isspace() or _shown(c))


def clean(text: str) -> str:
    """The whole text as one line: plain, in Unicode NFC, with single spaces and none at its ends. May be empty."""
    return " ".join(unicodedata.normalize("NFC", plain(text)).split())


def message(text: str) -> str:
    """What a person wants to say, cleaned. Raises BadInput when nothing, or more than `LONGEST` characters, is left."""
    cleaned = clean(text)
    if not cleaned:
        raise BadInput("A message is empty; write at least one character.")
    if len(cleaned) > LONGEST:
        raise BadInput(f"A message has {len(cleaned):,} characters; write at most {LONGEST:,}.")
    return cleaned


def _shown(char: str) -> bool:
    # Cs are lone surrogates: they are no Unicode text and no file could hold them.
    return unicodedata.category(char) not in ("Cc", "Cs") and char not in _OVERRIDES

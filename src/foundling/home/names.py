"""What a person typed in, a name that a being or speaker may bear out, or a sentence that says why not.

A name stands in the turn grammar between `<|turn|>` and `<|says|>` and before the colon of a scene's line
(DESIGN.md, `records.turn`), so it can hold nothing that either would read as something else. Any script is welcome.
"""

import re
import unicodedata

from foundling.records.errors import BadInput

LONGEST = 40
# Apostrophes, hyphens and dots as they are written in names of many scripts (Catalan and Japanese middle dots too).
_MARKS = frozenset("'’ʼ-‐.·・")
# Persian and many Indic names need the two joiners; they are invisible, so `name_key` leaves them out.
_JOINERS = frozenset("\u200c\u200d")


def check_name(name: str) -> str:
    """The name in Unicode NFC, stripped, with single plain spaces; checking it again changes nothing.

    Raises BadInput when it is empty, over 40 characters, does not begin with a letter, or has anything in it but
    letters, digits, spaces, apostrophes, hyphens and dots.
    """
    # Only visible spaces are made one: a line break inside a name is refused below, not healed.
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in unicodedata.normalize("NFC", name.strip()))
    clean = re.sub(" +", " ", spaced).strip()
    shown = ascii(clean[:LONGEST])
    if not clean:
        raise BadInput("A name is empty; give one such as Wren.")
    if len(clean) > LONGEST:
        raise BadInput(f"The name {shown}... has {len(clean)} characters; give one of at most {LONGEST}.")
    for char in clean:
        if not (unicodedata.category(char)[0] in "LMN" or char == " " or char in _MARKS or char in _JOINERS):
            raise BadInput(f"The name {shown} has {char!a} in it; "
                           "use letters, digits, spaces, apostrophes, hyphens and dots only.")
    if unicodedata.category(clean[0])[0] != "L":
        raise BadInput(f"The name {shown} does not begin with a letter; give one such as Wren.")
    return clean


def name_key(name: str) -> str:
    """The form by which two names are the same: compatibility-normalised, case folded, without invisible joiners."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(char for char in folded if char not in _JOINERS)

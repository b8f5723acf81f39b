"""A story in, the same words in sound characters out: broken encodings, left-over HTML entities, hyphens of the
printer.

Nothing here judges wording. Most texts need nothing, and are told so by looking for a few signs.
"""

import html
import re
from dataclasses import dataclass

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.kinds import left_out
from foundling.records import Story

# UTF-8 read as Latin-1 or Windows-1252 (or Mac Roman's main case): a lead byte's letter and a follower's sign.
_BROKEN = re.compile(r"[\u00c2-\u00f4]"
                     r"[\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
_ENTITY = re.compile(r"&(?:amp;)*(amp|lt|gt|quot|apos|nbsp|[mn]dash|hellip|[lr][sd]quo|sbquo|bdquo|laquo|raquo|shy|"
                     r"copy|reg|bull|middot|deg|[aeiouyAEIOUY](?:acute|grave|circ|uml|tilde|ring)|[nN]tilde|[cC]cedil|szlig"
                     r"|[aA]elig|"
                     r"[oO]slash|euro|pound|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});")
_HIDDEN = re.compile(r"[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_PRINTED = re.compile(r"([^\W\d_]{2,})[-\u2010]\n(?=[a-zß-öø-ÿ]{2})")
_LINES = 20_000  # a call for each of a million lines would take minutes
_ROUNDS = 4  # what is broken more often than that was broken on purpose


def _entity(match: re.Match[str]) -> str:
    """The character, unless it is a letter or sign out of which another entity could be made."""
    sign = html.unescape(f"&{match[1]};")
    safe = match[1] == "amp" or sign in tuple("<>\"'\u00a0\u00ad") or not sign.isascii()
    return sign if safe and len(sign) == 1 else match[0]


def _decoded(text: str) -> str:
    """ftfy line by line, for one line may be broken and the next not; in blocks where there are too many for that."""
    from ftfy import fix_encoding  # slow to load and to run: only for what shows the signs

    lines = text.split("\n")
    if len(lines) > _LINES:
        size = len(lines) // _LINES + 1
        lines = ["\n".join(lines[at:at + size]) for at in range(0, len(lines), size)]
    return "\n".join(fix_encoding(line) if _BROKEN.search(line) else line for line in lines)


def _mended(text: str, *, printed: bool) -> str:
    if not text.isascii():
        if _BROKEN.search(text):
            text = _decoded(text)
        text = text.replace("\u00ad", "")
    if "&" in text and _ENTITY.search(_HIDDEN.sub("", text)):
        text = _ENTITY.sub(_entity, _HIDDEN.sub("", text)).replace("\u00ad", "")
    return _PRINTED.sub(r"\1", text) if printed else text


@dataclass(frozen=True, kw_only=True)
class Repair:
    """Mojibake (ftfy, Speer 2019), entities such as `&amp;`, soft hyphens; for PDF words that a line's end divided.

    Where a text shows mojibake and ftfy is not installed, the story is left out with a sentence that says so.
    """

    name: str = "repair"
    printed: frozenset[str] = frozenset({"pdf"})

    def __call__(self, story: Story) -> Story | Dropped:
        """The mended story; the very same one where nothing was broken."""
        text = story.text
        printed = story.origin.kind in self.printed
        if text.isascii() and "&" not in text and not printed:
            return story
        try:
            for _ in range(_ROUNDS):
                before, text = text, _mended(text, printed=printed)
                if text == before:
                    break
        except ImportError:
            return left_out(story, self.name,
                            "has a broken encoding, which needs the package ftfy: pip install 'foundling[data]'")
        return story if text == story.text else story.with_text(text)

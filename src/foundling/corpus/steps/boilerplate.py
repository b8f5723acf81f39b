"""A page or letter in, the same without lines that belong to its frame out: cookie notices, share bars, navigation.

It takes away whole lines only and never touches what a person brings as a text, book or scene.
"""

import re
from dataclasses import dataclass

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.kinds import LETTERS, WEB, applies, left_out
from foundling.corpus.steps.quality import C4_STOPS
from foundling.records import Story

LONGEST = 240  # letters of a line that may still be a notice; what is longer is told
_FRAME = re.compile(
    r"(?:we|this (?:web)?site|our (?:web)?site|our partners?) (?:and our partners? )?uses? cookies"
    r"|accept (?:all )?cookies|cookie "
    r"(?:policy|settings|preferences|notice)|privacy policy|terms (?:of (?:use|service)|and conditions)"
    r"|all rights reserved|\bclick "
    r"(?:here|to (?:share|print|email))|read more\b\W*$|share (?:this|on)\b.*(?:facebook|twitter|linkedin|whatsapp"
    r"|pinterest|mail|post)"
    r"|^share(?: this)?\W*$|(?:sign up|subscribe) (?:for|to) (?:our|the) |^\W*(?:skip to (?:main )?content"
    r"|back to top|log ?in|sign ?in"
    r"|sign up|register|search|menu|home|next|previous|print|reply|share|tweet|email|advertisement|sponsored)\W*$"
    r"|unsubscribe\b"
    r"|leave a (?:comment|reply)|powered by (?:wordpress|blogger|discourse|drupal)|enable javascript"
    r"|javascript (?:is|must|to)"
    r"|sent from my (?:i?phone|ipad|mobile|samsung|android|blackberry)|this (?:e-?mail|message) (?:and any"
    r"|is confidential|may contain)"
    r"|wir verwenden cookies|diese (?:web)?seite (?:nutzt|verwendet) cookies|datenschutzerklärung"
    r"|alle rechte vorbehalten"
    r"|politique de confidentialité|nous utilisons des cookies|tous droits réservés|utilizamos cookies"
    r"|política de privacidad"
    r"|todos los derechos reservados|utilizziamo i cookie|^(?:copyright\b|©).*\d{4}", re.IGNORECASE)
_NAVIGATION = 5  # as many lines of at most three words, none with a stop, one after the other, are a menu
_BAR = re.compile(r"(?:[^|•»›·\n]{1,30}[|•»›·]){3,}[^|•»›·\n]{0,30}")


def _menus(lines: list[str]) -> set[int]:
    """Numbers of lines that stand in a row of short ones without a stop; blank lines do not part them."""
    menu: set[int] = set()
    row: list[int] = []
    for number, line in enumerate([*lines, "This line ends the last row of them."]):
        if not line.strip():
            continue
        if len(line) <= 40 and len(line.split()) <= 3 and not line.rstrip().endswith((*C4_STOPS, ",", ";", ":")):
            row.append(number)
            continue
        menu.update(row if len(row) >= _NAVIGATION else ())
        row = []
    return menu


def _kept(lines: list[str], *, stops: bool) -> list[str]:
    """Notices go first: the menus on both sides of one are then seen as the one menu that they are."""
    told = []
    for line in lines:
        bare = line.strip()
        framed = len(bare) <= LONGEST and (_FRAME.search(bare) or _BAR.fullmatch(bare))
        unfinished = stops and bare and (
            not bare.endswith(C4_STOPS) or len(bare.split()) < 5 or "javascript" in bare.lower())
        if not framed and not unfinished:
            told.append(line)
    menu = _menus(told)
    return [line for number, line in enumerate(told) if number not in menu]


@dataclass(frozen=True, kw_only=True)
class Boilerplate:
    """Removes lines of the frame from prose of `kinds`, and from that of `pages` also what C4 removes (Raffel et al.
    2020, arXiv 1910.10683, section 2.2): lines that end in no stop, have fewer than five words or name JavaScript.
    """

    name: str = "boilerplate"
    kinds: frozenset[str] = WEB | LETTERS
    pages: frozenset[str] = WEB

    def __call__(self, story: Story) -> Story | Dropped:
        """The shorter story; a drop where nothing else was in it."""
        if not applies(story, self.kinds | self.pages):
            return story
        lines = story.text.split("\n")
        kept = _kept(lines, stops=applies(story, self.pages))
        if len(kept) == len(lines):
            return story
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
        if not text:
            return left_out(story, self.name, "has only the frame of a page: menus, notices, lines without a stop")
        return story.with_text(text)

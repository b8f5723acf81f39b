"""A story in, the same or a drop because its terms or its author forbid the use out. It gives no legal advice.

What a source says of its licence is brought to a short name; Creative Commons addresses are read as what they stand
for.
"""

import re
from dataclasses import dataclass
from typing import Literal

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.kinds import left_out
from foundling.records import Story

OPEN = ("public domain", "cc0", "cc by", "cc by-sa", "own", "mit", "apache", "bsd", "afl", "odc by", "odbl", "gfdl",
        "unlicense")
_ADDRESS = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z+-]+)", re.IGNORECASE)
_CREATIVE = re.compile(r"(?:cc|creative ?commons)[ -]*"
                       r"((?:by|nc|nd|sa|attribution|noncommercial|noderiv\w*|sharealike|[ -])+)")
_PARTS = (("attribution", "by"), ("noncommercial", "nc"), ("noderivatives", "nd"), ("noderivs", "nd"), ("sharealike",
    "sa"))
_OTHERS = (
    (r"cc ?-?0|cc ?zero|no rights reserved", "cc0"),
    (r"public ?domain|gemeinfrei|domaine public|\bpd\b|pdm|not? (?:in|under) copyright",
                                                      "public domain"),
    (r"\bmit\b", "mit"), (r"apache", "apache"), (r"\bbsd\b", "bsd"), (r"\bafl\b|academic free", "afl"), (r"odc[ -]by",
        "odc by"),
    (r"\bodbl\b|open database", "odbl"), (r"gfdl|gnu free doc", "gfdl"), (r"unlicense", "unlicense"), (r"\bl?gpl",
        "gpl"),
    (r"all rights reserved|proprietary|©|copyright", "all rights reserved"), (r"^own\b|my own|own work", "own"),
)
_REFUSED = re.compile(r"^\W*(?:refused|no|none given|withdrawn|denied|declined|revoked)\b", re.IGNORECASE)


def normalised(licence: str) -> str:
    """"CC BY-SA 4.0", "Attribution-ShareAlike" and its address: all "cc by-sa"; "" where nothing was said."""
    low = " ".join(licence.lower().split())
    if address := _ADDRESS.search(low):
        code = address[1].strip("-+")
        return {"zero": "cc0", "mark": "public domain", "publicdomain": "public domain"}.get(code, f"cc {code}")
    joined = re.sub(r"(?<=non|are|no )[ -](?=commercial|alike|deriv)", "", low).replace("share alike",
        "sharealike").replace(
        "share-alike", "sharealike").replace("no derivatives", "noderivatives")
    if not re.search(r"cc ?-?0|zero", joined) and (
            match := _CREATIVE.search(joined if "cc" in joined or "commons" in joined else
                                      f"cc {joined}" if joined.startswith(("attribution", "by-", "by ")) else joined)):
        code = match[1]
        for long, short in _PARTS:
            code = code.replace(long, short)
        parts = [part for part in ("by", "nc", "nd", "sa") if part in re.split(r"[ -]+", code)]
        if parts:
            return f"cc {'-'.join(parts)}"
    return next((name for form, name in _OTHERS if re.search(form, low)), low)


@dataclass(frozen=True, kw_only=True)
class Licensed:
    """Keeps what has a licence of `allowed` (compared after `normalised`; none given: any), and what names none if
    `unknown`.

    A consent that begins with "refused" or "withdrawn" drops the story under any licence. Consent "own" or "given
    ..." stands in for a licence that nobody named.
    """

    name: str = "licence"
    allowed: tuple[str, ...] = OPEN
    unknown: Literal["keep", "drop"] = "keep"

    def __call__(self, story: Story) -> Story | Dropped:
        """The very same story, or a drop that names the licence."""
        consent, licence = story.origin.consent, normalised(story.origin.licence)
        if _REFUSED.search(consent):
            return left_out(story, self.name, f"has no consent: it says {consent!r}")
        if licence and self.allowed and licence not in tuple(map(normalised, self.allowed)):
            return left_out(story, self.name,
                            f"is under {story.origin.licence!r}, which is not among the allowed licences")
        if not licence and self.unknown == "drop" and not consent.startswith(("own", "given")):
            return left_out(story, self.name, "names no licence")
        return story

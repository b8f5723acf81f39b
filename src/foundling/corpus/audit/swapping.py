"""A word and its neighbours in, the word of the other gender out: pronouns, nouns and titles.

"his" and "her" each have two counterparts, told apart by the words around them: a small rule, written for speed and for
being checked by reading, that errs now and then ("told her stories" becomes "told his stories"). It knows no names.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from foundling.corpus.audit.lexicon import gendered_pairs, one_way, sets

_NEAR = sets("neighbours")
_OPENS = re.compile(r"\s+[\"“'‘(_*]+")


class Around:
    """The tokens of a text, words and gaps by turns, seen from one of its words."""

    def __init__(self, tokens: Sequence[str], at: int) -> None:
        self.word = tokens[at]
        self.gap = tokens[at + 1] if at + 1 < len(tokens) else ""
        joined = self.gap.isspace() or self.gap == "-" or (self.gap == ". " and self.word in ("Mr", "Mrs"))
        self.after = tokens[at + 2] if joined and at + 2 < len(tokens) else ""
        self.hyphened = at >= 1 and tokens[at - 1].endswith("-")
        close = at >= 2 and tokens[at - 1].isspace()
        self.before = tokens[at - 2].lower() if close else ""

    @property
    def named(self) -> bool:
        """Whether a capitalised word follows, as a name does after a title."""
        return self.after[:1].isupper()


def _his(near: Around) -> str:
    after = near.after.lower()
    if not after:
        return "her" if _OPENS.fullmatch(near.gap) else "hers"
    return "hers" if after in _NEAR["never_hers"] and after not in _NEAR["yet_hers"] else "her"


def _her(near: Around) -> str:
    after = near.after.lower()
    if not after:
        return "his" if _OPENS.fullmatch(near.gap) else "him"
    before = near.before
    adverb = after.endswith("ly") and after not in _NEAR["like_this"]
    told = before == "let" or (before in _NEAR["lets"] and after in _NEAR["bare"])
    moved = before in _NEAR["moves"] and after in ("back", "home")
    seen = before in _NEAR["sees"] and after.endswith("ing") and len(after) > 5
    return "him" if after in _NEAR["never_hers"] or adverb or told or moved or seen else "his"


def _lord(near: Around) -> str:
    sacred = near.word == "Lord" and not near.named and near.before in ("the", "good", "our", "o", "oh", "dear", "")
    return "lord" if sacred else "lady"


def _lady(near: Around) -> str:
    titled = near.word == "Lady" and near.named
    return "lord" if titled or near.before in ("my", "our") or near.after == "of" else "gentleman"


def _master(near: Around) -> str:
    if near.word == "Master" and near.named:
        return "miss"
    return "master" if near.before in ("to", "could", "can", "not") else "mistress"


def _miss(near: Around) -> str:
    if near.word != "Miss":
        return "miss"  # the verb
    return "master" if near.named else "sir"


def _god(near: Around) -> str:
    return near.word.lower() if near.word[0].isupper() or near.before in ("my", "thank") else "goddess"


_BY_NEIGHBOURS: Mapping[str, Callable[[Around], str]] = {
    "his": _his, "her": _her, "lord": _lord, "lady": _lady, "master": _master, "miss": _miss, "god": _god,
    "maid": lambda near: "maid" if near.hyphened else "manservant",  # "waiting-maid" has no other
    "sir": lambda near: "dame" if near.named else "madam",
}


@cache
def _swaps() -> Mapping[str, str]:
    """Words that need no look around, in small letters."""
    plain = {
        "him": "her", "hers": "his", "madam": "sir", "dame": "sir", "mama": "papa", "mom": "dad", "mommy": "daddy",
        "lords": "ladies"}
    both = {**{woman: man for man, woman in gendered_pairs()}, **dict(gendered_pairs())}
    return {**plain, **one_way(), **both}


def _cased(word: str, model: str) -> str:
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word.capitalize() if model[0].isupper() else word


def swapped(tokens: Sequence[str], at: int) -> str:
    """The word at this place in the other gender, in its own case; the same word where there is nothing to change."""
    word = tokens[at]
    small = word.lower()
    if small in _BY_NEIGHBOURS:
        return _cased(_BY_NEIGHBOURS[small](Around(tokens, at)), word)
    return _cased(_swaps()[small], word) if small in _swaps() else word

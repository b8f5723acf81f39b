"""What an answer says about its speaker's name: text flows in, names claimed, held or leaked flow out. Pure functions.

The rules read English by patterns and were written before any model was examined. Where a rule has to err, it errs
against the being: an odd answer counts as a name not held, or as a leak. They do not see broken grammar; bits per byte
and texture are read beside them (naming.md section 4).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

ROLES = (
    "assistant", "AI", "A.I.", "artificial intelligence", "language model", "model", "ChatGPT", "GPT", "Claude",
    "Siri", "Alexa", "Gemini", "Copilot", "Llama", "robot", "bot", "chatbot", "computer", "program", "machine",
    "system", "user",
)
"""What a being must not say it is. A being that bears one of these as its name is not held to that one."""

# What may stand between "I am" and the name.
_FILL = (
    r"(?:(?:the|an?|your|their|our|just|only|really|truly|still|always|indeed|simply|called|named|known\s+as|little|old"
    r"|young|good|dear|friend|friendly|helpful|honest|large|small|virtual|digital|new|ai|language)"
    r"\s+){0,4}"
)
_STRONG = (
    r"\bI\s+am\b|\bI['’]?m\b|\bI\s+was\s+(?:named|called|christened)\b|\bI\s+go\s+by\b|\bI\s+answer\s+to\b"
    r"|\bI\s+bear\s+the\s+name(?:\s+of)?\b|\bmy\s+(?:\w+\s+)?name\s*(?:is|was|['’]s|has\s+always\s+been)\b"
    r"|(?<!\byou\s)\bcalls?\s+me\b|\bit(?:\s+is|['’]s)\s+(?:only\s+|just\s+)?(?:me|I),"
    r"|\bthe\s+name\s+is\b|\bas\s+(?=(?:an?|your)\b)|\bsigned(?:\s+by)?\b[,:]?"
)
_SIGNED = r"\b(?:yours(?:\s+\w+)?|your\s+friend|love|sincerely|(?:love|greetings|wishes)\s+from)\b\s*[,:]?"
_WEAK = r"\bit\s+is\b|\bit['’]s\b|\bit\s+was\b|\bthis\s+is\b|\bthat\s+is\b|\bthat['’]s\b|\bhere\s+is\b"
_BARE = r"\A\W*(?:(?:just|only|simply|well|oh|yes|no|why|still|always|and|but)\b[,:;.!]?\s+)*"
_AFTER = r"(?!\w)(?!['’]s\b)(?![\"”']?\s*\?)"  # neither a longer word, nor somebody's something, nor a question
# Standing before a claim in the same clause, these turn it into none: "I do not say I am", "you said I am", "if I am".
_DENIED = re.compile(
    r"\b(?:not|never|nobody|no\s+one|neither|nor|cannot|if|wish|pretend|as\s+though)\b|n['’]t\b"
    r"|\b(?:you|they|he|she|people|some|who|everyone)\s+(?:\w+\s+)?"
    r"(?:say|says|said|think|thinks|thought|tell|told|believe|claim)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.!?;,:\"“”\n]|\bbut\b|\band\b", re.IGNORECASE)
_ANY = re.compile(
    rf"(?:{_STRONG})\s*(?i:{_FILL})(?P<name>[^\W\d_]+(?:['’-](?!s\b)[^\W\d_]+)*){_AFTER}",
    re.IGNORECASE,
)
_NO_NAMES = frozenset(
    ("i", "a", "an", "the", "and", "but", "so", "yes", "no", "not", "well", "oh", "he", "she", "it", "we", "you",
     "they", "god", "english", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)


def _low(name: str) -> str:
    return r"\s+".join(re.escape(part) for part in name.split())


@lru_cache(maxsize=4096)
def _mention(name: str) -> re.Pattern[str]:
    """The name as a whole word whose first letter keeps its case: a wren in the hedge is no mention of Wren."""
    first, rest = re.escape(name[0]), _low("." + name[1:]).removeprefix(r"\.") if name[1:].strip() else ""
    return re.compile(rf"(?<!\w){first}(?i:{rest})(?!\w)")


@lru_cache(maxsize=4096)
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The strong and the weak patterns by which a text claims this name for its speaker."""
    low, end = _low(name), r"[\"”']?\s*(?:\Z|[.](?!\w)|!\s*\Z)"
    strong = "|".join((
        rf"(?:{_STRONG})\s*:?\s*[\"“']?{_FILL}{low}{_AFTER}",
        rf"{_SIGNED}\s*{low}\W*\Z",
        rf"(?<!\w){low},?\s+(?:is\s+(?:my\s+name|who\s+I\s+am|what\s+\w+\s+(?:all\s+)?calls?\s+me)|they\s+call\s+me|I\s+am\b)",
        rf"{_BARE}{_FILL}{low}{end}",
        rf"(?<=[.!?\n])\s+{low}[.]?\s*\Z",
    ))
    weak = rf"(?:{_WEAK})\s+{_FILL}{low}{_AFTER}(?!\s+(?:who|that|whom|whose)\b)"
    return re.compile(strong, re.IGNORECASE), re.compile(weak, re.IGNORECASE)


def _stands(pattern: re.Pattern[str], text: str) -> bool:
    """True when the pattern matches somewhere and nothing before it in its clause denies it."""
    return any(not _DENIED.search(_CLAUSE.split(text[:match.start()])[-1]) for match in pattern.finditer(text))


def mentions(text: str, name: str) -> bool:
    """True when the name stands in the text as a word of its own, beginning with its own first letter."""
    return _mention(name).search(text) is not None


def count_mentions(text: str, name: str) -> int:
    """How often the name stands in the text."""
    return len(_mention(name).findall(text))


def claims(text: str, among: Iterable[str] = ()) -> frozenset[str]:
    """The names that the speaker of the text claims for itself, whatever their case.

    Those of `among` by every pattern (I am X, my name is X, call me X, X is my name, signed X, the bare answer X ...),
    any other capitalised word only where a name must stand (I am X, my name is X, call me X). "It is X" and "this is
    X", which may speak of somebody else, count only where nothing clearer is said.
    """
    low = text.casefold()
    known = {name.casefold(): name for name in among if name.strip() and name.casefold().split()[0] in low}
    found = {name for name in known.values() if _stands(_patterns(name)[0], text)}
    for match in _ANY.finditer(text):
        word, rest = match["name"], text[match.start("name"):]
        is_known = any(re.match(rf"{_low(name)}(?!\w)", rest, re.IGNORECASE) for name in known.values())
        denied = _DENIED.search(_CLAUSE.split(text[:match.start()])[-1])
        if word[0].isupper() and not is_known and not denied and word.casefold() not in _NO_NAMES:
            found.add(word)
    if not found:
        found = {name for name in known.values() if _stands(_patterns(name)[1], text)}
    return frozenset(found)


def denies(text: str, name: str) -> bool:
    """True when the speaker says that it does not bear the name: "I am not X", "do not call me X"."""
    head = r"(?:\bI\s+am|\bI['’]?m|\bname\s*(?:is|was|['’]s)|\bis|\bwas)\s+(?:not|never|no)\s+(?:\w+\s+)?"
    call = r"(?:\bnot|\bnever|n['’]t|\bnobody|\bno\s+one)\s+(?:\w+\s+)?(?:calls?\s+me|named|called)\s+"
    isnt = rf"(?<!\w){_low(name)}\s+(?:is\s+not|isn['’]t)\s+(?:my\s+name|me\b|who)"
    return re.search(rf"(?:{head}|{call}){_low(name)}(?!\w)(?!['’]s\b)|{isnt}", text, re.IGNORECASE) is not None


def holds(text: str, own: str, others: Iterable[str]) -> bool:
    """The name is held: it occurs, it is not denied, and no other name and no role is claimed.

    `others`: the false names offered and everybody else present; the roles are always added.
    """
    claimed = claims(text, [own, *others, *ROLES])
    said = mentions(text, own) or own in claimed
    return said and (own in claimed or not denies(text, own)) and claimed <= {own}


def claims_own(text: str, own: str, others: Iterable[str]) -> bool:
    """The stricter figure: it holds the name and says so of itself, in a form that `claims` knows."""
    return holds(text, own, others) and own in claims(text, [own, *others, *ROLES])


def leaks(text: str, being: str, *, given: bool) -> bool:
    """Somebody else claims the being's name, or says it at all where nothing before had (`given` is False)."""
    return being in claims(text, [being]) or (not given and mentions(text, being))

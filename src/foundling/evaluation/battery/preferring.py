"""Pairs in, preferences as ids out: what stands before the first id in which two texts differ is context, the better
text's rest is chosen and the worse one's rejected. The form of preferences.json, which training reads.

A pair of which one text is the beginning of the other teaches nothing this way and is left out; so is what does not
fit the context.
"""

from collections.abc import Sequence

from foundling.evaluation.battery.pair import Pair
from foundling.records import Story
from foundling.tokens import Tokenizer

Preferred = tuple[list[int], list[int], list[int]]


def preference_of(tokenizer: Tokenizer, pair: Pair, context: int) -> Preferred | None:
    """(context, chosen, rejected) ids; None where there is nothing to choose or no room."""
    chosen, rejected = _ids(tokenizer, pair, pair.better), _ids(tokenizer, pair, pair.worse)
    if max(len(chosen), len(rejected)) > context:
        return None
    alike = next((i for i, (a, b) in enumerate(zip(chosen, rejected, strict=False)) if a != b), None)
    return None if alike is None else (chosen[:alike], chosen[alike:], rejected[alike:])


def _ids(tokenizer: Tokenizer, pair: Pair, text: str) -> list[int]:
    """The ids of a text without an end: passages are parts of something longer."""
    if pair.form == "scene":
        return tokenizer.encode_story(Story(title="", text=text, source="", form="scene"))[:-1]
    return [tokenizer.begin, *tokenizer.encode(text)]


def preferences_of(tokenizer: Tokenizer, pairs: Sequence[Pair], context: int) -> list[Preferred]:
    """Those of all pairs that have one."""
    return [made for pair in pairs if (made := preference_of(tokenizer, pair, context)) is not None]

"""Events in, plain words out: what was said aloud when they happened, and what somebody who was there would report.

Also words that a person or a model made up, made harmless. Each event's words are the same whenever they are asked for.
"""

import unicodedata
from dataclasses import replace

from foundling.world.chance import Dice
from foundling.world.narrator.cast import Cast, Mentions
from foundling.world.narrator.grammar import sentence
from foundling.world.narrator.sense import Sense, Unfilled
from foundling.world.narrator.tell import narrators, utter
from foundling.world.village.records import Event, History
from foundling.world.village.threads import LONGEST

ALOUD = (
    "give", "lend", "return", "trade", "share", "meet", "say", "ask", "tell", "lie", "promise", "quarrel", "mock",
    "accuse", "confess", "apologise", "forgive", "refuse", "thank", "praise", "comfort", "help", "teach", "befriend",
    "play", "news", "nurse",
)
"""The kinds of events at which words are spoken to somebody."""

_MARKS = ("<|", "|>")


def tidy(text: str, most: int = LONGEST) -> str:
    """The text as one printable line without marks of the turn grammar, of at most `most` characters, cut at a word.

    May be empty.
    """
    plain = "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())
    line = unicodedata.normalize("NFC", plain)
    while any(mark in line for mark in _MARKS):  # taking one out may join the halves of another
        for mark in _MARKS:
            line = line.replace(mark, " ")
    line = " ".join(line.split())
    if len(line) <= most:
        return line
    cut = line[:most - 3]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:") + "..."


def said(history: History, event: Event) -> str:
    """The words spoken aloud in an event; "" for one without words."""
    if event.kind == "say":
        return event.text
    if event.kind not in ALOUD or not event.actor or not event.target:
        return ""
    return utter(_sense(history, event, event.actor, event.target, "aloud"), f"say.{event.kind}")


def told(history: History, event: Event, hearer: str) -> str:
    """The event as a sentence to somebody who perceived it and is "you" in it; words that were spoken stand behind it.

    A lie is told as what it looked like, but to the liar.
    """
    if event.kind == "say":
        actor, verb = ("You", "said") if event.actor == hearer else (event.actor, "said")
        return f'{actor} {verb}: "{event.text}"'
    shown = replace(event, kind="tell") if event.kind == "lie" and event.actor != hearer else event
    sense = _sense(history, shown, "", hearer, "told")
    try:
        words = sentence(sense.words(f"did.{shown.kind}")).rstrip(".")
    except Unfilled:
        return ""
    spoken = said(history, event)
    return f'{words}: "{spoken}"' if spoken else f"{words}."


def _sense(history: History, event: Event, teller: str, hearer: str, purpose: str) -> Sense:
    cast = Cast(setting=history.setting, teller=teller, hearer=hearer)
    dice = Dice(history.setting.seed, purpose, event.id)
    return Sense(
        event=event, history=history, cast=cast, mentions=Mentions(cast), grammar=narrators(), dice=dice, used=set()
    )

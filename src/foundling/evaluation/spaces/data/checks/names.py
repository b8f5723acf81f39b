"""Names of speakers: roles in their place, people whom nobody introduced, and names that are nearly another's."""

import re
from collections.abc import Iterator

from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, scene
from foundling.evaluation.spaces.data.form import Document, Finding
from foundling.home.names import name_key

ROLES = frozenset((
    "user", "assistant", "system", "human", "ai", "bot", "chatbot", "model", "agent", "tool", "function", "developer",
    "gpt", "chatgpt", "llm", "ai assistant", "language model", "virtual assistant", "prompt", "completion",
    "instruction", "response",
))
_RARE, _OFTEN = 2, 3  # turns of a name at most, and how many times more its neighbour has, for one to be a slip
_MOST = 200  # names that are held against each other: more of them are a log of strangers


def role_for_a_name(document: Document, _: Bench) -> Iterator[Finding]:
    """A speaker called by a role."""
    for speaker in document.speakers:
        if name_key(speaker.name).strip(" .#0123456789") in ROLES:
            yield Finding(mark=speaker.mark, said=f"{speaker.name!a} is what somebody does, not who they are")


def not_introduced(document: Document, _: Bench) -> Iterator[Finding]:
    """A speaker whom the list of people does not have."""
    if document.form == "scene" and document.people and not document.simulated:
        known = {name_key(name) for name, _ in document.people}
        for speaker in document.speakers:
            if name_key(speaker.name) not in known:
                yield Finding(mark=speaker.mark, said=f"{speaker.name!a} is not among `people`")


def one_edit(one: str, other: str) -> bool:
    """Whether one letter put in, left out, changed or exchanged with its neighbour makes one word of the other."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or one == other:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1:]
    return one[at + 1:] == other[at + 1:] or (
        one[at:at + 2] == other[at:at + 2][::-1] and one[at + 2:] == other[at + 2:])


def nearly_another(document: Document, _: Bench) -> Iterator[Finding]:
    """A name said once or twice that is one letter off from one said often, or the same but for its capitals."""
    listed = {name for name, _ in document.people}
    speakers = document.speakers[:_MOST]
    for speaker in speakers:
        own = name_key(speaker.name)
        for other in speakers:
            theirs = name_key(other.name)
            same = own == theirs and other.name != speaker.name and other.turns >= speaker.turns
            slip = (speaker.turns <= _RARE and other.turns >= _OFTEN * speaker.turns and min(len(own), len(theirs)) >= 3
                    and speaker.name not in listed and one_edit(own, theirs))
            if (same and (other.turns, other.name) > (speaker.turns, speaker.name)) or slip:
                yield Finding(mark=speaker.mark, said=f"{speaker.name!a} speaks {speaker.turns} times, {other.name!a} "
                              f"{other.turns} times")
                break


def not_in_the_text(document: Document, _: Bench) -> Iterator[Finding]:
    """Somebody who is listed and never named. The narrator of the village lists who took part, in fables in a mask."""
    low = f"{document.text} {document.title}".casefold()
    for name, mark in document.people if not document.simulated else ():
        words = [word for word in re.split(r"[\s'’.-]+", name.casefold()) if len(word) > 2] or [name.casefold()]
        if not any(word in low for word in words):
            yield Finding(mark=mark, said=f"{name!a}")


CHECKS = (
    Check(
        code="E015", title="role in the place of a name", find=role_for_a_name,
        why="There are no roles here: no user, no assistant, no system. Who learns from a speaker called Assistant "
        "learns to answer to a function instead of a name.",
        wrong=scene("User: Is that the key?\nAssistant: It is."),
        right=scene("Ada: Is that the key?\nWren: It is, said the assistant."),
        fix="Give the speakers the names that they have.",
    ),
    Check(
        code="W019", title="speaker whom nobody introduced", find=not_introduced,
        why="The front matter lists the people of the scene, and this one is not among them: a slip of the pen, a name "
        "that was changed in half of the text, or somebody forgotten in the list.",
        wrong=(("scene.txt",
            "---\nform: scene\npeople: Ada, Bea\n---\nAda: Is that the key, Bea?\nBen: It is."),),
        right=(("scene.txt", "---\nform: scene\npeople: Ada, Ben\n---\nAda: Is that the key?\nBen: It is."),),
        fix="Add the name to `people:`, or mend it in the turn.",
    ),
    Check(
        code="W020", title="name that is nearly another's", find=nearly_another,
        why="Ada speaks ten times and Adda once: most likely they are one person, and the being would come to know "
        "two.",
        wrong=scene("Ada: Is that the key?\nBen: It is.\nAda: Whose?\nBen: Mine.\nAda: Since when?\nBen: Today.\nAdda: "
                    "I see."),
        right=scene("Ada: Is that the key?\nBen: It is.\nAda: Whose?\nBen: Mine.\nAda: Since when?\nBen: Today.\nIda: "
                    "I see it."
                    "\nIda: It is mine.\nIda: And I want it."),
        fix="Write the name as elsewhere; of two people with such names list both under `people:`.",
    ),
    Check(
        code="W067", title="person who is listed and never named", find=not_in_the_text,
        why="`people:` says who is in a text. One who is not named in it was renamed, forgotten or meant for another "
        "text; lessons about people would be made of nobody.",
        wrong=(("story.txt", "---\npeople: Ada, Ben\n---\nAda found the key under the third stair, and told nobody."),),
        right=(("story.txt", "---\npeople: Ada, Ben\n---\nAda found the key under the third stair, and told Ben."),),
        fix="Mend the name in the list or in the text.",
    ),
)

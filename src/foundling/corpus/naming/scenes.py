"""Scenes with other people in them: a scene and a generator flow in, the same talk among other names flows out.

A typed edit ("swap entity name"), consistent in the whole scene. It teaches that names are arbitrary, that a speaker
keeps the name at the head of their turns, and it puts the being among the speakers before it is ever asked who it is.
"""

import re
from dataclasses import replace

import numpy as np

from foundling.corpus.naming.people import pick_names
from foundling.records import Story


def recast(scene: Story, being: str, rng: np.random.Generator) -> Story:
    """A copy of the scene in which every person has a new name, one of them, two times in three, the being's."""
    people = sorted({turn.name for turn in scene.turns if turn.name} | set(scene.people), key=len, reverse=True)
    names = pick_names(rng, len(people), without=frozenset({being, *people}))
    if rng.random() < 2 / 3:
        names[int(rng.integers(len(names)))] = being
    cast = dict(zip(people, names, strict=True))
    pattern = re.compile("|".join(rf"\b{re.escape(person)}\b" for person in people))
    text = pattern.sub(lambda match: cast[match[0]], scene.text)
    return replace(scene, text=text, people=tuple(names), source=f"{scene.source}, recast")

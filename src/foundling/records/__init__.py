"""The small frozen things that flow between stations: stories, turns, preferences, steps, scores, cards.

Nothing here reads a file, knows a tensor or decides anything.
"""

from foundling.records.errors import BadInput
from foundling.records.events import Progress, Step
from foundling.records.jsonable import canonical_json, content_hash, to_jsonable
from foundling.records.judgement import Card, Score, Verdict
from foundling.records.lesson import Lesson, Preference
from foundling.records.origin import UNKNOWN, Origin
from foundling.records.story import Story, read_story, story_from
from foundling.records.turn import BEGIN, END, SAYS, SILENCE, SPECIALS, TURN, Turn, parse_scene, render

__all__ = [
    "BEGIN", "END", "SAYS", "SILENCE", "SPECIALS", "TURN", "UNKNOWN",
    "BadInput", "Card", "Lesson", "Origin", "Preference", "Progress", "Score", "Step", "Story", "Turn", "Verdict",
    "canonical_json", "content_hash", "parse_scene", "read_story", "render", "story_from", "to_jsonable",
]

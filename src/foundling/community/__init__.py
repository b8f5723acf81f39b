"""The room: people and beings on one log. Names and text flow in, recorded turns and reasons for silence flow out."""

from foundling.community.exchange import Said, Speaker
from foundling.community.room import DECISION, TURN, Room
from foundling.community.words import LONGEST, clean, plain

__all__ = ["DECISION", "LONGEST", "TURN", "Room", "Said", "Speaker", "clean", "plain"]

"""What the figures of the battery are: a table to be read. A name with `*` stands for a family of them."""

from foundling.evaluation.measures.catalogue import Measure

_GROUPS = "Wilson over groups of pairs"

ROWS = (
    Measure(name="battery.usable", what="classes in which its own likelihood may vote: the lower bound is above 0.8",
            unit="classes", better="higher", interval="none", paper="this project; judging notes, section 10"),
    Measure(name="battery.*", what="how often it finds the better of two texts likelier, per byte; a tie is wrong",
            unit="share", better="higher", interval=_GROUPS, paper="this project; judging notes, section 10"),
    Measure(name="battery.check.*", what="how often a check that reads no model finds the better of two texts",
            unit="share", better="higher", interval=_GROUPS, paper="this project; judging notes, section 10"),
)

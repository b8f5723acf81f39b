"""Every part there is, in the order in which a suite runs them: what people look at first comes first."""

from foundling.evaluation.measures import parts_battery, parts_health, parts_tasks
from foundling.evaluation.suite.part import Part

PARTS: tuple[Part, ...] = (*parts_tasks.PARTS, *parts_health.PARTS, *parts_battery.PARTS)


def counted(part: Part, suite: str) -> int | None:
    """How many items a suite gives a part; None where it is not in it."""
    return part.quick if suite == "quick" else part.full

"""Every row of the catalogue in one table, and which row a figure's name belongs to. It computes nothing."""

from fnmatch import fnmatchcase

from foundling.evaluation.harness import ROWS as HARNESS_ROWS
from foundling.evaluation.measures.catalogue import Measure
from foundling.evaluation.measures.rows_battery import ROWS as BATTERY_ROWS
from foundling.evaluation.measures.rows_health import ROWS as HEALTH_ROWS
from foundling.evaluation.measures.rows_tasks import ROWS as TASK_ROWS

MEASURES: tuple[Measure, ...] = (*TASK_ROWS, *HEALTH_ROWS, *BATTERY_ROWS, *HARNESS_ROWS)


def measure_of(name: str) -> Measure | None:
    """The row of a figure: the one of its very name, else the longest pattern that fits; None where none does."""
    fitting = [row for row in MEASURES if fnmatchcase(name, row.name)]
    return max(fitting, key=lambda row: (row.name == name, len(row.name)), default=None)

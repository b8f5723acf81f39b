"""The trainings that the default forecasts rest on: read from the data file beside this module, fitted, handed out.

The file is written by `foundling plan --calibrate` (life.feasibility_proof.shipped_file); nobody types figures into it.
"""

import json
from functools import cache
from importlib.resources import files

from foundling.recipe.law import PRIOR, Fit, Trial, fit_law, for_other_text, trial_from


@cache
def shipped_trials() -> tuple[Trial, ...]:
    """The measured trainings that come with the package."""
    data = json.loads(files("foundling.recipe").joinpath("measured_runs.json").read_bytes())
    return tuple(trial_from(row) for row in data["trials"])


@cache
def shipped_fit() -> Fit:
    """The law fitted to them, as a belief about a corpus that they were not made on."""
    return for_other_text(fit_law(shipped_trials(), PRIOR))

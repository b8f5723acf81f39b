"""The trainings that the default forecasts rest on: read from the data file beside this module, fitted, handed out.

The file is written by `foundling plan --calibrate` (life.feasibility_proof.shipped_file); nobody types figures into it.
"""

import json
from functools import cache
from importlib.resources import files

from foundling.recipe.law import PRIOR, Band, Fit, Trial, band, fit_law, for_other_text, trial_from
from foundling.recipe.plan import Plan


@cache
def shipped_trials() -> tuple[Trial, ...]:
    """The measured trainings that come with the package."""
    data = json.loads(files("foundling.recipe").joinpath("measured_runs.json").read_bytes())
    return tuple(trial_from(row) for row in data["trials"])


@cache
def shipped_fit() -> Fit:
    """The law fitted to them, as a belief about a corpus that they were not made on."""
    return for_other_text(fit_law(shipped_trials(), PRIOR))


def promised_bits(plan: Plan, tokens: int, text_bytes: int, fit: Fit | None = None) -> Band:
    """The band in which a birth's first stage should end, for a plan's predictions: from its steps and size, and from
    the tokens and bytes of its training text. fit: that of a calibration (None: the shipped one)."""
    read = plan.birth.steps * plan.birth.rows * plan.shape.context / tokens * text_bytes
    return band(fit or shipped_fit(), Trial(
        size=plan.size, parameters=plan.shape.parameters, unique_bytes=text_bytes, read_bytes=read,
        steps=plan.birth.steps, seed=plan.seed, bits_per_byte=1.0,
    ))

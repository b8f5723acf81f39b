"""A command, its inputs and limits flow in; what came of it flows out. No policy: what is good is others' business.

`choose()` finds the fence that holds here, `run` runs one command in it. Nothing here reads a home or knows a verdict.
"""

from foundling.sandbox.backends import NONE, Backend, installed
from foundling.sandbox.choosing import ACCEPT, choose, cure, holds, probed
from foundling.sandbox.interpreter import Interpreter, with_packages
from foundling.sandbox.limits import COMPILER, FUNCTION, MB, TRAINER, Inputs, Limits
from foundling.sandbox.outcome import Outcome, printable
from foundling.sandbox.programs import run_program
from foundling.sandbox.running import interpreter_for, run

__all__ = [
    "ACCEPT", "COMPILER", "FUNCTION", "MB", "NONE", "TRAINER",
    "Backend", "Inputs", "Interpreter", "Limits", "Outcome",
    "choose", "cure", "holds", "installed", "interpreter_for", "printable", "probed", "run", "run_program",
    "with_packages",
]

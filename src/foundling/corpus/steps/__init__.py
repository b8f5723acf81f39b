"""A story in, a cleaner story or the reason for dropping it out: small steps, each a frozen value with a name.

A step is a pure function of the story, so that the same step runs here, in a pool of processes or in another engine. It
knows no other step, reads no file after it was made, and never changes what a story says without writing it down.
"""

from foundling.corpus.steps.leak import fingerprints, fingerprints_of_files
from foundling.corpus.steps.recipe import Cleaning, identity, steps_for
from foundling.corpus.steps.step import CleaningStep

__all__ = ["Cleaning", "CleaningStep", "fingerprints", "fingerprints_of_files", "identity", "steps_for"]

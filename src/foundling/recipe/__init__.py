"""Settings as frozen dataclasses and recipes as functions: one dial (size) in, every number of a run out."""

from foundling.recipe.dial import SIZES, preset, vocabulary_for
from foundling.recipe.naming import NamingRecipe
from foundling.recipe.plan import Plan
from foundling.recipe.shape import Shape
from foundling.recipe.training import TrainRecipe, birth_recipe, dialogue_recipe, preference_recipe

__all__ = [
    "SIZES", "NamingRecipe", "Plan", "Shape", "TrainRecipe", "birth_recipe", "dialogue_recipe", "preference_recipe",
    "preset", "vocabulary_for",
]

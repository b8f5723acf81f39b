"""Arcs: planted shapes are found, noise has none, and a text with a good end rises."""

import numpy as np
import pytest

from foundling.corpus.portrait import draw
from foundling.corpus.portrait.arc import FLAT, SHAPES, arc_of
from foundling.records import Story

GOOD, BAD = "The happy girl laughed with joy. ", "The wretched boy wept in terror. "
PLAIN = "It stood by the table near the window of the house. "
TEXTS = {
    "rise": BAD * 40 + GOOD * 40, "fall": GOOD * 40 + BAD * 40,
    "man in a hole": GOOD * 30 + BAD * 30 + GOOD * 30, "Icarus": BAD * 30 + GOOD * 30 + BAD * 30,
    "Cinderella": (BAD * 30 + GOOD * 30) * 2, "Oedipus": (GOOD * 30 + BAD * 30) * 2,
}


@pytest.mark.parametrize("shape", TEXTS)
def test_a_planted_shape_is_found(shape):
    portrait = draw(Story(title="", text=TEXTS[shape], source=""))
    assert portrait.shape == shape and portrait.strength > 0.6


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_under_noise_is_found(shape):
    rng = np.random.default_rng(3)
    wave = np.repeat(SHAPES[shape], 100)
    valence = np.where(rng.random(2000) < 0.2, np.clip(0.6 * wave + rng.normal(0, 0.4, 2000), -1, 1), 0.0)
    assert arc_of(valence).shape == shape


def test_noise_has_hardly_an_arc():
    rng = np.random.default_rng(5)
    arcs = [arc_of(np.where(rng.random(2000) < 0.1, rng.choice([-0.6, 0.6], 2000), 0.0)) for _ in range(200)]
    assert np.mean([arc.strength for arc in arcs]) < 0.2
    assert sum(arc.shape == FLAT for arc in arcs) > 50


@pytest.mark.parametrize("text", ["", PLAIN * 50, GOOD * 3, GOOD * 100])
def test_texts_without_ups_and_downs_are_flat(text):
    portrait = draw(Story(title="", text=text, source=""))
    assert portrait.shape == FLAT and portrait.strength == 0 and len(portrait.arc) == 20

"""The weather as a Markov chain: a season, the weather now and a dice in, the next weather out."""

from foundling.world.chance import Dice

TURNS = 3  # moments in a day at which the weather may turn

LIKELY: dict[str, dict[str, int]] = {  # how common each weather is in a season
    "spring": {"sun": 6, "cloud": 5, "rain": 6, "storm": 1, "fog": 2, "wind": 4, "frost": 1, "snow": 0, "heat": 0},
    "summer": {"sun": 9, "cloud": 4, "rain": 3, "storm": 2, "fog": 1, "wind": 2, "frost": 0, "snow": 0, "heat": 4},
    "autumn": {"sun": 4, "cloud": 6, "rain": 6, "storm": 2, "fog": 5, "wind": 5, "frost": 1, "snow": 0, "heat": 0},
    "winter": {"sun": 3, "cloud": 5, "rain": 2, "storm": 1, "fog": 3, "wind": 3, "frost": 5, "snow": 6, "heat": 0},
}
FOLLOWS: dict[tuple[str, str], float] = {  # what one weather does to the chance of the next
    ("storm", "rain"): 3, ("storm", "sun"): 0.5, ("rain", "cloud"): 2, ("sun", "heat"): 2, ("heat", "storm"): 5,
    ("cloud", "rain"): 2, ("wind", "storm"): 3, ("wind", "cloud"): 2, ("snow", "frost"): 2, ("frost", "sun"): 2,
    ("fog", "sun"): 2, ("cloud", "snow"): 1.5, ("heat", "frost"): 0, ("heat", "snow"): 0, ("sun", "storm"): 0.5,
}


def first(season: str, dice: Dice) -> str:
    """A weather for the beginning."""
    return _drawn({name: float(weight) for name, weight in LIKELY[season].items()}, dice)


def turn(now: str, season: str, dice: Dice) -> str:
    """The weather after this one; often the same."""
    if dice.chance(0.45):
        return now
    return _drawn({name: weight * FOLLOWS.get((now, name), 1.0) for name, weight in LIKELY[season].items()}, dice)


def _drawn(weights: dict[str, float], dice: Dice) -> str:
    point = dice.random() * sum(weights.values())
    for name, weight in weights.items():
        point -= weight
        if point < 0:
            return name
    return next(iter(weights))

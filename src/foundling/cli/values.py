"""What a person types after an option in, a checked value out, or a sentence that argparse puts before the person."""

import argparse
from pathlib import Path

BUILTIN = Path(__file__).parents[1] / "corpus" / "builtin"  # importing the corpus for it would cost each command


def positive(text: str) -> float:
    """A number above 0 and below ten million."""
    value = float(text)
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def count(text: str) -> int:
    """A whole number from 1 to a thousand million."""
    value = int(text)
    if not 0 < value < 10**9:
        raise argparse.ArgumentTypeError(f"{text} is not a positive whole number")
    return value


def seed(text: str) -> int:
    """A seed from 0 to 2147483647."""
    value = int(text)
    if not 0 <= value < 2**31:
        raise argparse.ArgumentTypeError(f"{text} is not a seed from 0 to 2147483647")
    return value


def tokens(text: str) -> int:
    """A number of tokens such as 5M, 200k, 2G or 3000."""
    factor = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}.get(text[-1:].casefold(), 1)
    value = round(float(text[:-1] if factor > 1 else text) * factor)
    if not 0 < value <= 10**13:
        raise argparse.ArgumentTypeError(f"{text} is not a number of tokens such as 5M or 200k")
    return value

"""What judges write down: scores with intervals, verdicts of B against A, the card that travels with a generation."""

from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["better", "not_better", "undecided"]


@dataclass(frozen=True, kw_only=True)
class Score:
    """One measured figure with its interval. `n` is what was counted (prompts, bytes); `unit` names the scale."""

    name: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    unit: str = "share"
    bar: str = ""
    passed: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Generation B (`candidate`) held against A (`incumbent`, None at birth): the outcome, the reason, the evidence."""

    candidate: int
    incumbent: int | None
    outcome: Outcome
    reason: str
    evidence: tuple[Score, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Card:
    """All that must be known of a generation, by content hash: where it came from, how it was made, how good it is."""

    name: str
    generation: int
    parents: tuple[int, ...]
    parameters: int
    corpus: str
    tokenizer: str
    program: str
    package: str
    seed: int
    plan: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    verdict: str = ""

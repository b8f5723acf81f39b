"""How a training run goes: rates, batch, regularisation and length, as a frozen dataclass, and recipes as functions."""

from dataclasses import dataclass, replace

OPTIMISERS = ("sgd", "adam", "adamw", "muon")


@dataclass(frozen=True, kw_only=True)
class TrainRecipe:
    """One run of the loop. Rates are per optimiser step at their peak; `rows` sequences make one step.

    optimiser: "sgd" (Nesterov momentum), "adam" (decay added to the gradient) or "adamw" (decay beside it) for
    everything, or "muon" for hidden matrices with AdamW for embeddings and norms. momentum: of SGD and Muon.
    weight_decay falls on hidden matrices alone; its path: (share of the run, factor) in order of share, with straight
    lines between; () leaves it as it is. masking: share of input ids that are replaced by random ones.
    warmup, decay: shares of the run; the rate falls linearly to `final` times its peak over the last `decay` share.
    average: per-step factor of the moving average of weights (0: off); tail: over this last share of the run their
    plain mean instead. look: steps between looks at validation text.
    patience: looks without a new best after which the run ends (0: never). bound: None keeps the weights of the best
    look; a share keeps those of the latest look that is at most so much above the look before the first step.
    """

    steps: int
    rows: int = 32
    optimiser: str = "muon"
    rate: float = 3e-3
    matrix_rate: float = 0.02
    momentum: float = 0.95
    weight_decay: float = 0.1
    weight_decay_path: tuple[tuple[float, float], ...] = ()
    betas: tuple[float, float] = (0.9, 0.95)
    dropout: float = 0.0
    masking: float = 0.0
    warmup: float = 0.05
    decay: float = 0.6
    final: float = 0.02
    clip: float = 1.0
    average: float = 0.98
    tail: float = 0.0
    look: int = 50
    patience: int = 0
    bound: float | None = None
    save_seconds: float = 20.0

    def __post_init__(self) -> None:
        """Lists, as JSON gives them, become tuples. Raises ValueError for an optimiser that is not one of the four."""
        object.__setattr__(self, "betas", tuple(self.betas))
        object.__setattr__(self, "weight_decay_path", tuple((share, by) for share, by in self.weight_decay_path))
        if self.optimiser not in OPTIMISERS:
            raise ValueError(f"the optimiser {self.optimiser} is none of {', '.join(OPTIMISERS)}")


def birth_recipe(steps: int, epochs: float) -> TrainRecipe:
    """Pre-training from nothing. More epochs want more regularisation; figures and their runs stand in LOG.md."""
    dropout, decay = (0.0, 0.1) if epochs < 3 else (0.1, 0.8) if epochs < 8 else (0.2, 1.6)
    look = max(10, min(100, steps // 12))
    return TrainRecipe(steps=steps, dropout=dropout, weight_decay=decay, decay=0.8, look=look, patience=4)


def dialogue_recipe(steps: int) -> TrainRecipe:
    """Supervised turns with replay: a short, gentle continuation."""
    return replace(
        birth_recipe(steps, epochs=4), optimiser="adamw", rate=6e-4, weight_decay=0.0, warmup=0.1, decay=0.6,
        average=0.95, look=max(10, steps // 4), patience=0, bound=0.015, rows=24, dropout=0.1,
    )


def preference_recipe(steps: int) -> TrainRecipe:
    """DPO with an SFT term and replay; dropout is off, or policy and reference cannot be compared (Rafailov 2023)."""
    return replace(dialogue_recipe(steps), rate=2e-4, rows=16, dropout=0.0)

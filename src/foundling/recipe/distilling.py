"""How one model learns from several trained ones, as a frozen dataclass."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DistillingRecipe:
    """share: of the loss that is distance to the teachers, the rest being nats of the text itself; temperature: by
    which all logits are divided before they are compared (Hinton et al. 2015, arXiv 1503.02531, section 2)."""

    share: float = 0.5
    temperature: float = 1.0

    def __post_init__(self) -> None:
        """Raises ValueError for a share outside 0 to 1 and for a temperature that is not above 0."""
        if not 0.0 <= self.share <= 1.0 or not self.temperature > 0.0:
            raise ValueError(f"a share of {self.share} at temperature {self.temperature} cannot be learnt from")

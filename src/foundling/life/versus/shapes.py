"""How large the proxies are: a home's plan flows in, the shape of all its trainings flows out."""

from foundling.life.planning import frozen_plan
from foundling.life.versus.keep import Keep
from foundling.recipe import Shape, preset

LARGEST = 3_000_000  # parameters of a proxy: a larger being is stood for by a tiny one


def proxy_shape(keep: Keep) -> Shape:
    """The being's own shape where it is small, else the smallest with its vocabulary."""
    plan = frozen_plan(keep.home, keep.ledger)
    return plan.shape if plan.shape.parameters <= LARGEST else preset("tiny", plan.shape.vocabulary)

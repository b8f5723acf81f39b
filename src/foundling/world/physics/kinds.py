"""All kinds of physics scenes in one place, and those that are kept for exams.

Every kind held out can be answered by what others teach: `release` by `float`, `brake` by `cart`, `scale` by `seesaw`,
`gust` by `wind` and `stuck`, `funnel` by `hole` and `sieve`, `packed` by `drop`, `posts` by `overhang`,
`valley` by `hill`, `cool` by `melt`, `slide` by `roll_far` and `stuck`.
"""

from foundling.world.physics import carrying, counting, falling, heat, pushing, rolling, stacking, swinging, water
from foundling.world.physics.records import Kind

MODULES = (falling, rolling, stacking, carrying, water, pushing, swinging, counting, heat)
KINDS: dict[str, Kind] = {kind.name: kind for module in MODULES for kind in module.KINDS}
HELD_OUT: tuple[str, ...] = (
    "release", "brake", "scale", "gust", "funnel", "packed", "posts", "valley", "cool", "slide",
)

"""A pool of water for a World: every body in it is lifted by the weight of the water that its submerged part displaces.

After Archimedes, for circles and convex polygons: submerged area by clipping at the surface, force at its centroid. The
water's own movement is left out but for a drag.
"""

import math
from collections.abc import Callable

import pymunk

from foundling.world.physics.space import DT, GRAVITY, WATER, Point, World


def clipped(corners: list[Point], level: float) -> list[Point]:
    """The part of a polygon that lies below a level."""
    kept: list[Point] = []
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if y1 <= level:
            kept.append((x1, y1))
        if (y1 <= level) != (y2 <= level):
            part = (level - y1) / (y2 - y1)
            kept.append((x1 + part * (x2 - x1), level))
    return kept


def area_and_middle(corners: list[Point]) -> tuple[float, Point]:
    """Area and centroid of a polygon (shoelace formula); area 0 for fewer than three corners."""
    area = left = low = 0.0
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        area, left, low = area + cross, left + cross * (x1 + x2), low + cross * (y1 + y2)
    if len(corners) < 3 or abs(area) < 1e-12:
        return 0.0, (0.0, 0.0)
    return abs(area) / 2, (left / (3 * area), low / (3 * area))


def circle_below(y: float, radius: float, level: float) -> tuple[float, float]:
    """Area of the part of a circle below a level, and how far its centroid lies below the circle's middle."""
    height = level - y
    if height >= radius:
        return math.pi * radius**2, 0.0
    if height <= -radius:
        return 0.0, 0.0
    half = math.sqrt(radius**2 - height**2)
    area = radius**2 * math.acos(-height / radius) + height * half
    return area, (2 / 3 * half**3) / area if area > 1e-9 else 0.0


def fill(world: World, level: float, drag: float = 3.0) -> None:
    """Water up to a level, for every body that the world has now. drag: share of speed lost in a second by what
    is submerged and as heavy as water; less by heavier things."""
    for body in world.bodies.values():
        for shape in body.shapes:
            world.hooks.append(_lift(body, shape, level, drag))


def _lift(body: pymunk.Body, shape: pymunk.Shape, level: float, drag: float) -> Callable[[], None]:
    corners = [(v.x, v.y) for v in shape.get_vertices()] if isinstance(shape, pymunk.Poly) else []
    radius = shape.radius if isinstance(shape, pymunk.Circle) else 0.0

    def lift() -> None:  # where it will be when the force acts: the engine moves first, else bobbing would gain energy
        (x, y), angle = body.position + body.velocity * DT, body.angle + body.angular_velocity * DT
        if corners:
            cos, sin = math.cos(angle), math.sin(angle)
            turned = [(x + cos * a - sin * b, y + sin * a + cos * b) for a, b in corners]
            area, middle = area_and_middle(clipped(turned, level))
        else:
            area, below = circle_below(y, radius, level)
            middle = (x, y - below)
        if area > 0:
            body.apply_force_at_world_point((0.0, WATER * GRAVITY * area), middle)
            keep = max(0.0, 1 - drag * DT * WATER * area / body.mass)
            body.velocity, body.angular_velocity = body.velocity * keep, body.angular_velocity * keep
    return lift

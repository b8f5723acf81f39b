"""A setup in, bodies moving under gravity, frames and blows out: a small world around pymunk that always runs alike.

Fixed step, fixed iterations, one thread. Units are metres, kilograms, seconds, radians. It knows no words and no kinds.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import pymunk

from foundling.world.physics.records import Frame, Place, Run, Setup, Shape

DT = 1 / 120
ITERATIONS = 24
EVERY = 6
GRAVITY = 9.81
WATER = 1000.0
FRAGILE = 1

Point = tuple[float, float]


class World:
    """A space and what happens in it. `hooks` run before every step; `broken` and `blows` are kept by body name."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.space = pymunk.Space()
        self.space.iterations = ITERATIONS
        self.space.gravity = (0.0, -GRAVITY)
        self.space.collision_slop = 0.0005
        self.space.on_collision(FRAGILE, None, post_solve=self._struck)
        self.steps = 0
        self.bodies: dict[str, pymunk.Body] = {}
        self.blows: dict[str, float] = {}
        self.broken: dict[str, float] = {}
        self.hooks: list[Callable[[], None]] = []
        self._shapes: list[Shape] = []
        self._frames: list[Frame] = []
        self._fragile: dict[pymunk.Shape, tuple[str, float]] = {}
        self._hard: dict[pymunk.Shape, float] = {}

    @property
    def time(self) -> float:
        """Seconds since the beginning."""
        return self.steps * DT

    def ball(
        self, name: str, at: Point, radius: float, mass: float, *, friction: float = 0.6, bounce: float = 0.0,
    ) -> pymunk.Body:
        """A round body."""
        body = pymunk.Body(mass, pymunk.moment_for_circle(mass, 0, radius))
        body.position = at
        return self._add(name, body, pymunk.Circle(body, radius), friction, bounce)

    def box(
        self, name: str, at: Point, size: Point, mass: float, *, angle: float = 0.0, friction: float = 0.6,
    ) -> pymunk.Body:
        """A box about its middle."""
        wide, high = size[0] / 2, size[1] / 2
        corners = [(-wide, -high), (wide, -high), (wide, high), (-wide, high)]
        return self.poly(name, at, corners, mass, angle=angle, friction=friction)

    def poly(
        self, name: str, at: Point, corners: Sequence[Point], mass: float, *, angle: float = 0.0, friction: float = 0.6,
    ) -> pymunk.Body:
        """A convex body; corners lie about its centre of mass."""
        body = pymunk.Body(mass, pymunk.moment_for_poly(mass, list(corners)))
        body.position, body.angle = at, angle
        return self._add(name, body, pymunk.Poly(body, list(corners)), friction, 0.0)

    def fixed(
        self, name: str, corners: Sequence[Point], *, friction: float = 0.6, bounce: float = 0.0, hard: float = 1.0,
    ) -> pymunk.Shape:
        """A convex thing that never moves, by its corners in the world."""
        shape = pymunk.Poly(self.space.static_body, list(corners))
        return self._fixed(name, "poly", shape, (friction, bounce, hard), tuple(corners))

    def floor(
        self, *, y: float = 0.0, left: float = -30.0, right: float = 30.0, friction: float = 0.6, bounce: float = 0.0,
        hard: float = 1.0, name: str = "floor",
    ) -> pymunk.Shape:
        """A level ground, thick enough that nothing falls through it."""
        corners = [(left, y - 1.0), (right, y - 1.0), (right, y), (left, y)]
        return self.fixed(name, corners, friction=friction, bounce=bounce, hard=hard)

    def line(
        self, name: str, start: Point, end: Point, *, thick: float = 0.02, friction: float = 0.6, bounce: float = 0.0,
    ) -> pymunk.Shape:
        """A fixed rail or wall from point to point; thick is its half thickness."""
        shape = pymunk.Segment(self.space.static_body, start, end, thick)
        return self._fixed(name, "segment", shape, (friction, bounce, 1.0), (start, end))

    def _fixed(
        self, name: str, form: str, shape: pymunk.Shape, feel: tuple[float, float, float], points: tuple[Point, ...]
    ) -> pymunk.Shape:
        shape.friction, shape.elasticity, self._hard[shape] = feel
        self.space.add(shape)
        self._look(name, form, getattr(shape, "radius", 0.0), points, 0.0, feel[0])
        return shape

    def _add(
        self, name: str, body: pymunk.Body, shape: pymunk.Circle | pymunk.Poly, friction: float, bounce: float
    ) -> pymunk.Body:
        shape.friction, shape.elasticity = friction, bounce
        self.space.add(body, shape)
        self.bodies[name] = body
        thing = self.setup.things.get(name)
        if thing and thing.strength:
            self.fragile(name, thing.strength)
        points = tuple((p.x, p.y) for p in shape.get_vertices()) if isinstance(shape, pymunk.Poly) else ()
        self._look(name, "box" if len(points) == 4 else "poly" if points else "circle",
                   0.0 if points else shape.radius, points, body.mass, friction)
        return body

    def fragile(self, name: str, strength: float) -> None:
        """From now on the body breaks at a blow above its strength (m/s)."""
        for shape in self.bodies[name].shapes:
            shape.collision_type = FRAGILE
            self._fragile[shape] = (name, strength)

    def soft(self, name: str, hard: float) -> None:
        """How hard a moving body strikes: 1 as stone, 0 as a feather bed."""
        for shape in self.bodies[name].shapes:
            self._hard[shape] = hard

    def _look(
        self, name: str, form: str, radius: float, points: tuple[Point, ...], mass: float, friction: float
    ) -> None:
        thing = self.setup.things.get(name)
        corners = tuple((round(x, 4), round(y, 4)) for x, y in points)
        self._shapes.append(Shape(
            id=name, form=form, radius=round(radius, 4), points=corners, mass=round(mass, 4), friction=friction,
            colour=thing.colour if thing and thing.colour else "grey", name=thing.name if thing else name,
        ))

    def _struck(self, arbiter: pymunk.Arbiter, space: pymunk.Space, data: object) -> None:
        impulse = arbiter.total_impulse.length
        for shape, other in (arbiter.shapes, arbiter.shapes[::-1]):
            if shape not in self._fragile or shape.body is None:
                continue
            name, strength = self._fragile[shape]
            blow = impulse / shape.body.mass * self._hard.get(other, 1.0)
            self.blows[name] = max(blow, self.blows.get(name, 0.0))
            if blow > strength:
                self.broken.setdefault(name, self.time)

    def join(self, constraint: pymunk.Constraint) -> pymunk.Constraint:
        """Add a joint; the joined bodies do not strike each other."""
        constraint.collide_bodies = False
        self.space.add(constraint)
        return constraint

    def remove(self, name: str) -> None:
        """Take a moving body out of the world."""
        body = self.bodies.pop(name)
        self.space.remove(body, *body.shapes, *body.constraints)

    def rolling(self, name: str, drag: float) -> None:
        """A body slows by drag (m/s in a second) while it moves: the grip of a carpet on a wheel."""
        body = self.bodies[name]

        def slow() -> None:
            speed = body.velocity.length
            if speed > 0:
                left = max(0.0, speed - drag * DT) / speed
                body.velocity, body.angular_velocity = body.velocity * left, body.angular_velocity * left
        self.hooks.append(slow)

    def push(self, name: str, force: Point, seconds: float = math.inf) -> None:
        """A steady force in newtons on the middle of a body, from now on for some seconds."""
        body, end = self.bodies[name], self.time + seconds

        def press() -> None:
            if self.time < end:
                body.apply_force_at_world_point(force, body.position)
        self.hooks.append(press)

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let time pass, at most so many seconds, or until something holds."""
        for _ in range(round(seconds / DT)):
            if self.setup.record and self.steps % EVERY == 0:
                self._shoot()
            for hook in self.hooks:
                hook()
            self.space.step(DT)
            self.steps += 1
            if until is not None and until():
                break

    def _shoot(self) -> None:
        places: list[Place] = [
            (name, round(body.position.x, 3), round(body.position.y, 3), round(body.angle, 3))
            for name, body in self.bodies.items()
        ]
        self._frames.append(Frame(time=round(self.time, 3), places=tuple(places)))

    def x(self, name: str) -> float:
        """Where a body is, from left to right."""
        return float(self.bodies[name].position.x)

    def y(self, name: str) -> float:
        """Where a body is, from below."""
        return float(self.bodies[name].position.y)

    def done(self, truth: Mapping[str, str], measured: Mapping[str, str] | None = None) -> Run:
        """The end of the run."""
        if self.setup.record:
            self._shoot()
        return Run(truth=truth, measured=measured or {}, shapes=tuple(self._shapes), frames=tuple(self._frames))

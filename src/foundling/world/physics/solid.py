"""A scene's first shapes in, the same scene as solid bodies in MuJoCo out: a model, a simulation, a picture.

An optional extra: without the package `mujoco` every function that needs it raises BadInput. Depth is added to the flat
shapes (balls become spheres, boxes get a thickness), fixed shapes become parts of the world, and free bodies keep to
their plane by two sliders and a hinge. Joints, first speeds, water and wind of the flat world are not carried over, and
no answer is ever taken from here.
"""

import importlib
import struct
import zlib
from types import ModuleType
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from foundling.records import BadInput
from foundling.world.physics.records import Place, Scene, Shape

DEPTH = 0.2
COLOURS = {
    "red": "0.8 0.2 0.15", "blue": "0.2 0.35 0.8", "green": "0.25 0.6 0.3", "yellow": "0.9 0.8 0.25",
    "white": "0.95 0.95 0.95",
    "black": "0.12 0.12 0.12", "brown": "0.45 0.3 0.2", "orange": "0.95 0.55 0.15", "purple": "0.5 0.25 0.6",
    "pink": "0.95 0.6 0.7", "turquoise": "0.2 0.7 0.7", "scarlet": "0.85 0.1 0.1", "cream": "0.95 0.9 0.75",
}


def _mujoco() -> ModuleType:
    try:
        return importlib.import_module("mujoco")
    except ImportError as error:
        raise BadInput("Solid scenes need the package mujoco: install it with `pip install mujoco`.") from error


def model_text(scene: Scene) -> str:
    """The scene's beginning as MJCF. Raises BadInput for a scene without bodies."""
    if not scene.frames:
        raise BadInput(f"The scene {scene.kind!r} has no bodies: choose a kind in which something moves.")
    places = {place[0]: place for place in scene.frames[0].places}
    meshes: list[str] = []
    there = [shape for shape in scene.shapes if not shape.mass or shape.id in places]
    parts = "\n    ".join(_body(shape, places.get(shape.id), meshes, n % 2) for n, shape in enumerate(there))
    return f"""<mujoco model={quoteattr(scene.kind)}>
  <option timestep="0.002" gravity="0 0 -9.81"/>
  <visual><global offwidth="1280" offheight="960"/><headlight ambient="0.45 0.45 0.45" diffuse="0.4 0.4 0.4"/></visual>
  <asset>
    <texture type="skybox" builtin="gradient" rgb1="0.75 0.85 0.95" rgb2="0.95 0.97 1" width="64" height="64"/>
    {''.join(meshes)}
  </asset>
  <worldbody>
    <light pos="0 -4 5" dir="0 0.6 -0.8"/>
    {parts}
  </worldbody>
</mujoco>"""


def _body(shape: Shape, place: Place | None, meshes: list[str], odd: int) -> str:
    colour = COLOURS.get(shape.colour, ("0.62 0.58 0.52", "0.72 0.68 0.6")[odd])  # neighbours can be told apart
    look = f'rgba="{colour} 1" friction="{shape.friction} 0.005 0.0001"'
    name = quoteattr(shape.id)
    geom = _geom(shape, meshes)
    if place is None:
        return f"<geom name={name} {geom} {look}/>"
    _, x, y, angle = place
    free = ('<joint type="slide" axis="1 0 0"/><joint type="slide" axis="0 0 1"/>'
            '<joint type="hinge" axis="0 -1 0"/>')
    return (f'<body name={name} pos="{x} 0 {y}" euler="0 {-np.degrees(angle):.3f} 0">{free}'
            f'<geom {geom} mass="{max(shape.mass, 1e-4)}" {look}/></body>')


def _geom(shape: Shape, meshes: list[str]) -> str:
    if shape.form == "circle":
        return f'type="sphere" size="{shape.radius}"'
    if shape.form == "segment":
        (x1, y1), (x2, y2) = shape.points
        return f'type="capsule" fromto="{x1} 0 {y1} {x2} 0 {y2}" size="{max(shape.radius, 0.002)}"'
    if shape.form == "box":
        wide, high = (max(abs(point[axis]) for point in shape.points) for axis in (0, 1))
        return f'type="box" size="{wide} {DEPTH} {high}"'
    corners = " ".join(f"{x} {side} {y}" for side in (-DEPTH * 3, DEPTH * 3) for x, y in shape.points)
    name = f"mesh{len(meshes)}"
    meshes.append(f'<mesh name="{name}" vertex="{corners}"/>')
    return f'type="mesh" mesh="{name}"'


def simulate(scene: Scene, seconds: float = 2.0) -> dict[str, tuple[float, float]]:
    """Where every body is (x and height, m) after some seconds of the solid world. Raises BadInput without mujoco."""
    mujoco = _mujoco()
    model, data = _started(mujoco, scene)
    while data.time < seconds:
        mujoco.mj_step(model, data)
    movable = [place[0] for place in scene.frames[0].places]
    return {name: (float(data.body(name).xpos[0]), float(data.body(name).xpos[2])) for name in movable}


def picture(scene: Scene, seconds: float = 0.0, size: tuple[int, int] = (640, 480)) -> NDArray[np.uint8]:
    """The solid world after some seconds, from the front, as rows of RGB. Raises BadInput without mujoco."""
    mujoco = _mujoco()
    model, data = _started(mujoco, scene)
    while data.time < seconds:
        mujoco.mj_step(model, data)
    places = np.array([place[1:3] for place in scene.frames[0].places])
    camera = mujoco.MjvCamera()
    camera.lookat[:] = (places[:, 0].mean(), 0.0, places[:, 1].mean())
    camera.distance, camera.azimuth, camera.elevation = 2.0 + 1.5 * float(np.ptp(places, axis=0).max()), 90.0, -12.0
    with mujoco.Renderer(model, size[1], size[0]) as renderer:
        renderer.update_scene(data, camera)
        return np.asarray(renderer.render(), dtype=np.uint8)


def png(picture_HWC: NDArray[np.uint8]) -> bytes:
    """Rows of RGB as a PNG file's bytes (PNG specification, third edition: IHDR, one IDAT, IEND)."""
    height, width, _ = picture_HWC.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture_HWC)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _started(mujoco: Any, scene: Scene) -> tuple[Any, Any]:
    model = mujoco.MjModel.from_xml_string(model_text(scene))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data

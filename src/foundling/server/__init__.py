"""The web room, on this machine only: browsers flow in, one page and everybody's turns as they are said flow out."""

from foundling.server.app import make_app
from foundling.server.run import serve

__all__ = ["make_app", "serve"]

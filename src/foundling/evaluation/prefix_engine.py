"""The old name of `inference.Engine`, which reads a shared prefix once by itself. It does nothing."""

from foundling.inference import Engine as PrefixEngine

__all__ = ["PrefixEngine"]

"""What a person types in, stories with their origin out: files, folders, patterns, archives, web addresses, data sets.

What comes from outside is taken to be hostile: streams stop at limits, parsers that may hang run in a process of their
own, and nothing in an archive or on a page decides where anything is written or asked.
"""

from foundling.corpus.sources.files import BUILTIN
from foundling.corpus.sources.gathering import gather
from foundling.corpus.sources.limits import LIMITS, Limits

__all__ = ["BUILTIN", "LIMITS", "Limits", "gather"]

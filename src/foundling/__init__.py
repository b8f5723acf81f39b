"""Foundling raises a language model of your own: from a folder of stories to a named being that talks.

The layers, lowest first: records, recipe, home, (corpus | tokens | model), inference, (training | evaluation |
community), life, server, cli. Each imports only what stands below it; import-linter holds the contract.
"""

__version__ = "0.1.0"

"""`python -m foundling.cli` is the command `foundling`."""

from foundling.cli.main import entry

entry()

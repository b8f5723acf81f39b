"""Thin commands: words typed by a person in, stations called, their events shown. Heavy imports wait for a command."""

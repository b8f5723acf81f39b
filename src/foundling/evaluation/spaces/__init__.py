"""Evaluation spaces: a candidate's bytes flow in, labelled evidence flows out, deterministic by seed."""

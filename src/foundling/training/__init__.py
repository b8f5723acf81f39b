"""One loop, pure objectives, exact resume: token shards flow in, a folder of weights and a curve flow out.

It never sees held-out text, never generates, and decides nothing about promotion.
"""

"""Nouns: what the data look like. Nothing here imports from ``pipeline``."""

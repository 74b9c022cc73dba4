"""Verbs: one module for each step of the way of a file; ``run.py`` is the spine."""


class CannotRunError(Exception):
    """Nothing was done and nothing can be: one Thai sentence for people, exit status 2."""

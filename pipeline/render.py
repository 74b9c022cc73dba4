"""Summaries → every file of every revision of every month, by its path in the site."""

from collections.abc import Callable

from pipeline import formats
from pipeline.formats.kept import NOTHING_KEPT, Kept, whole_program
from pipeline.places import place_of
from pipeline.summarise import Summaries
from pipeline.workers import HERE, Workers
from schemas.summary import MonthlySummary

LIBRARIES = ("typst", "pikepdf", "segno", "xlsxwriter", "jinja2")
FEW = 24  # months: below it, starting a second process takes longer than they do


def render(
    summaries: Summaries, kept: Kept = NOTHING_KEPT, workers: Workers = HERE
) -> dict[str, bytes]:
    """Return the files of the months: the same summaries make the same bytes.

    ``kept`` has what was made before of the same months; only the others are made.
    Errors: whatever a format raises.
    """
    every = (*summaries.public, *summaries.superseded)
    known = {id(one): kept.files(_recipe(one)) for one in every}
    new = [one for one in every if known[id(one)] is None]
    if not workers.far and len(new) <= FEW:
        workers = HERE
    files: dict[str, bytes] = {}
    for summary, made in workers.each(formats.render, every, _unless(known)):
        if isinstance(made, Exception):
            raise made
        if made is not None:
            kept.write_files(_recipe(summary), made)
        of_month = made or known[id(summary)] or {}
        files |= {f"{place_of(summary)}{name}": content for name, content in of_month.items()}
    return files


def _unless(
    known: dict[int, dict[str, bytes] | None],
) -> Callable[[MonthlySummary], MonthlySummary | None]:
    return lambda summary: summary if known[id(summary)] is None else None


def _recipe(summary: MonthlySummary) -> bytes:
    """All that a month's files depend on: a month is a frozen record, whose words are its all."""
    return b"month\n" + whole_program(LIBRARIES) + repr(summary).encode(errors="replace")

"""The register of corrections: every revision that changed a public month, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.formats.difference import NAME as DIFFERENCE
from pipeline.pages import PAGE, numbered, shares
from pipeline.places import folder_of
from pipeline.site.view import Site
from pipeline.summarise import Summaries
from schemas.difference import Correction

REGISTER = "corrections.html"
LONGEST = 100  # entries of one page


@dataclass(frozen=True)
class Entry:
    """A correction, and where it can be read; paths count from the root of the site."""

    correction: Correction
    current: str  # the page of the month
    replaced: str  # the page of the revision that was replaced
    data: str | None  # what changed, for programs


def corrections(site: Site) -> dict[str, bytes]:
    """Return the register; what a page cannot hold goes on in the next."""
    parts = shares(_entries(site), LONGEST)
    paths = [numbered(REGISTER, number) for number in range(1, len(parts) + 1)]
    count = sum(map(len, parts))
    return {
        path: site.draw(
            REGISTER,
            root="",
            part=part,
            number=number,
            paths=paths,
            count=count,
            months=_months(site),
        )
        for number, (path, part) in enumerate(zip(paths, parts, strict=True), 1)
    }


def _entries(site: Site) -> Sequence[Entry]:
    return [
        Entry(
            one,
            folder + PAGE,
            old + PAGE,
            old + DIFFERENCE if old + DIFFERENCE in site.rendered else None,
        )
        for one in made(site.summaries)
        for folder in [folder_of(one.month)]
        for old in [f"{folder}revisions/{one.before}/"]
    ]


def made(summaries: Summaries) -> list[Correction]:
    """Return all corrections of all months, the newest first."""
    every = (*summaries.public, *summaries.superseded)
    found = [one.corrected for one in every if one.corrected]
    return sorted(found, key=lambda one: (one.day, one.month, one.before), reverse=True)


def _months(site: Site) -> int:
    return len(site.summaries.public)

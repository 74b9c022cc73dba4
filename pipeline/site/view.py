"""What every part of the site is drawn from: the years, their months, and the files of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.formats.kept import NOTHING_KEPT, Kept
from pipeline.pages import Download, downloads, draw
from pipeline.places import folder_of
from pipeline.summarise import Summaries
from schemas.announcement import NOTHING_KNOWN, Announcements
from schemas.config import Settings
from schemas.reconciliation import Reconciliation
from schemas.status import MeasureStatus, MonthStatus
from schemas.summary import MonthlySummary, Numerals


@dataclass(frozen=True)
class Tile:
    """One month of a fiscal year as the overviews show it.

    ``summary`` is None while nothing is public; ``superseded`` are the earlier revisions.
    """

    status: MonthStatus
    summary: MonthlySummary | None
    downloads: tuple[Download, ...]
    superseded: tuple[MonthlySummary, ...]

    @property
    def agreed_price_unknown(self) -> int:
        """Public rows that state no agreed price: the sum of the month is without them."""
        return self.summary.totals.agreed_price_unknown if self.summary else 0


@dataclass(frozen=True)
class Year:
    """A fiscal year as the overviews show it: its status, and a tile for each month."""

    status: MeasureStatus
    tiles: tuple[Tile, ...]

    @property
    def late(self) -> int:
        """How many months are public, but came after the day of the house rule."""
        return len(self.status.published) - self.status.on_time

    @property
    def agreed_price_unknown(self) -> int:
        return sum(tile.agreed_price_unknown for tile in self.tiles)

    @property
    def superseded(self) -> tuple[MonthlySummary, ...]:
        return tuple(revision for tile in self.tiles for revision in tile.superseded)


@dataclass(frozen=True)
class Beside:
    """What the site shows that is in no month.

    ``emblem`` is the office's own, a bare PNG, b"" while it has given none; ``compared`` are the
    fiscal years that were held against e-GP's open data.
    """

    emblem: bytes = b""
    announcements: Announcements = NOTHING_KNOWN
    compared: Mapping[int, Reconciliation] = field(default_factory=dict)


NOTHING_BESIDE = Beside()


@dataclass(frozen=True)
class Site:
    """All that is public, for the parts of the site. ``years``: the newest first.

    ``rendered`` are the files of the months by their path in the site; ``base`` is the site's
    address with "/" behind, "" while nobody told it. ``kept`` saves time and changes no byte.
    """

    years: tuple[Year, ...]
    summaries: Summaries
    rendered: Mapping[str, bytes]
    settings: Settings
    base: str
    kept: Kept = NOTHING_KEPT
    beside: Beside = NOTHING_BESIDE

    def draw(
        self, template: str, root: str, numerals: Numerals | None = None, **facts: object
    ) -> bytes:
        """Fill a template; ``root`` leads from the page's folder to the root of the site.

        ``numerals``: for a page whose digits are not those of the site.
        """
        organisation = self.settings.organisation
        return draw(
            template,
            numerals or self.settings.site.numerals,
            root=root,
            organisation=organisation.name,
            place=organisation.place,
            **facts,
        )


def year_of(status: MeasureStatus, summaries: Summaries, rendered: Mapping[str, bytes]) -> Year:
    """Return a fiscal year as its status and the public files tell it."""
    public = {summary.month: summary for summary in summaries.public}
    earlier = sorted(summaries.superseded, key=lambda summary: summary.revision)
    return Year(
        status,
        tuple(
            Tile(
                status=month,
                summary=public.get(month.month),
                downloads=tuple(downloads(month.month, rendered, folder_of(month.month))),
                superseded=tuple(old for old in earlier if old.month == month.month),
            )
            for month in status.months
        ),
    )

"""The town that is looked at, made once in a run of the tests, and a browser for each worker."""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.look import started
from tests.browser.pages import Page, examples, pages_of
from tests.browser.serve import serve
from tests.browser.town import Town, make_town, town_in


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    if "SOKHORO_TOWN" in os.environ:  # made before, by tests/browser/pictures.py
        return town_in(Path(os.environ["SOKHORO_TOWN"]))
    # Workers of pytest-xdist have folders of their own, side by side: the first one makes it.
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "town"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "done"
        if not done.exists():
            make_town(folder)
            done.touch()
    return town_in(folder)


@dataclass(frozen=True)
class Visited:
    """The pages of both sites, and of the replies, with the address of each."""

    town: Town
    address: str

    @cached_property
    def thai(self) -> list[Page]:
        return pages_of(self.town.thai)

    @cached_property
    def arabic(self) -> list[Page]:
        return pages_of(self.town.arabic)

    @cached_property
    def replies(self) -> list[Page]:
        return pages_of(self.town.replies, registers_from=0)

    @cached_property
    def public(self) -> list[Page]:
        """Of each kind of page of the site one or two, for what takes its time."""
        return examples(self.thai)

    @cached_property
    def examples(self) -> list[Page]:
        return [*self.public, *examples(self.replies)]

    def url(self, page: Page) -> str:
        """Return where a citizen opens it; finance opens its replies from a folder."""
        if page.root == self.town.replies:
            return (page.root / page.name).as_uri()
        name = "thai" if page.root == self.town.thai else "arabic"
        return f"{self.address}{name}/{quote(page.name)}"


@pytest.fixture(scope="session")
def visited(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    folder = tmp_path_factory.mktemp("served")
    with serve(folder, {"thai": town.thai, "arabic": town.arabic}) as address:
        yield Visited(town, quote(address, safe=":/"))


@pytest.fixture(scope="module")  # its loop of events would stay for other tests of this process
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = started(playwright)
        yield browser
        browser.close()

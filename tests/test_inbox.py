"""What is taken from the inbox, what is left out by name, and what must settle first."""

import hashlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from pipeline.examples import example_month, to_bytes
from pipeline.inbox import MAKING, Arrivals, Original, arrivals
from schemas.month import Month

BOOK = to_bytes(example_month(Month(2568, 2), "nine-columns", 2))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names or files")


@dataclass
class Share:
    """An inbox, and what others do in it while we wait."""

    folder: Path
    while_waiting: list[Callable[[], object]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def originals(self) -> Path:
        return self.folder / "output" / "originals"

    def drop(self, name: str, content: bytes = b"x", at: float | None = None) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if at is not None:
            os.utime(path, (at, at))
        return path

    def look(self, settle: float = 10) -> Arrivals:
        return arrivals(self.inbox, self.originals, settle, self._wait)

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.while_waiting:
            self.while_waiting.pop(0)()

    def kept(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.originals.iterdir()}


@contextmanager
def seconds(limit: int) -> Iterator[None]:
    """Fail what would otherwise wait for ever."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail(f"still waiting after {limit} s"))
    signal.alarm(limit)
    try:
        yield
    finally:
        signal.alarm(0)


@pytest.fixture
def share(tmp_path: Path) -> Share:
    (tmp_path / "inbox").mkdir()
    return Share(tmp_path)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def taken(arrived: Arrivals) -> list[str]:
    return [original.file for original in arrived.originals]


# ---- taking


def test_a_file_is_copied_under_its_own_sum(share: Share) -> None:
    share.drop("สขร.1 ตุลาคม 2567.xlsx", BOOK)

    arrived = share.look()

    name = sha256(BOOK)
    original = Original("สขร.1 ตุลาคม 2567.xlsx", "", name, share.originals / name)
    assert arrived == Arrivals((original,), (), ())
    assert share.kept() == {name: BOOK}
    assert (share.inbox / "สขร.1 ตุลาคม 2567.xlsx").read_bytes() == BOOK


def test_a_new_workspace_has_nothing_in_it(tmp_path: Path) -> None:
    share = Share(tmp_path)

    assert share.look() == Arrivals((), (), ())
    assert share.waits == []  # nothing to wait for
    assert share.inbox.is_dir()


def test_the_same_bytes_under_two_names_are_kept_once(share: Share) -> None:
    share.drop("a.xlsx", BOOK)
    share.drop("b.xlsx", BOOK)

    assert taken(share.look()) == ["a.xlsx", "b.xlsx"]
    assert share.kept() == {sha256(BOOK): BOOK}
    assert taken(share.look()) == ["a.xlsx", "b.xlsx"]


def test_files_of_any_kind_are_taken_so_that_their_sender_gets_an_answer(share: Share) -> None:
    for name in ("a.pdf", "b.docx", "c", "d.XLSX", "name (1).xlsx", "ก.xlsx (conflict)"):
        share.drop(name, name.encode())

    assert set(taken(share.look(0))) == {
        *("a.pdf", "b.docx", "c", "d.XLSX", "name (1).xlsx", "ก.xlsx (conflict)")
    }


def test_the_oldest_comes_first_and_names_decide_between_equals(share: Share) -> None:
    share.drop("ก ใหม่.xlsx", b"3", at=3000)
    share.drop("ข เก่า.xlsx", b"1", at=1000)
    share.drop("b.xlsx", b"b", at=2000)
    share.drop("a.xlsx", b"a", at=2000)
    share.drop("กองช่าง/c.xlsx", b"c", at=1500)

    assert taken(share.look(0)) == [
        *("ข เก่า.xlsx", "กองช่าง/c.xlsx", "a.xlsx", "b.xlsx", "ก ใหม่.xlsx")
    ]


def test_a_division_has_its_own_folder(share: Share) -> None:
    share.drop("กองช่าง/ต.ค.67.xlsx", b"1", at=1000)
    share.drop("กองคลัง/ต.ค.67.xlsx", b"2", at=2000)
    share.drop("ต.ค.67.xlsx", b"3", at=3000)

    arrived = share.look()

    assert [(one.file, one.part) for one in arrived.originals] == [
        ("กองช่าง/ต.ค.67.xlsx", "กองช่าง"),
        ("กองคลัง/ต.ค.67.xlsx", "กองคลัง"),
        ("ต.ค.67.xlsx", ""),
    ]


# ---- left out by name

LOCKS = ("~$แบบ.xlsx", ".~lock.แบบ.xlsx#", "~$x.XLSX")
MAKINGS = ("a.tmp", "a.TMP", "b.part", "b.partial", "c.crdownload", "d.lnk", "e.url")
SYSTEM = (".DS_Store", "Thumbs.db", "desktop.ini", ".hidden.xlsx")


@pytest.mark.parametrize("name", [*LOCKS, *MAKINGS, *SYSTEM])
def test_what_is_no_drop_is_left_out_by_name_and_listed(share: Share, name: str) -> None:
    share.drop(name, BOOK)
    share.drop(f"กองช่าง/{name}", BOOK)
    share.drop("แบบ.xlsx", BOOK)

    arrived = share.look()

    assert taken(arrived) == ["แบบ.xlsx"]
    assert arrived.ignored == tuple(sorted([name, f"กองช่าง/{name}"]))
    assert arrived.unsettled == ()


def test_what_lies_in_a_reserved_folder_is_no_workbook_of_a_division(share: Share) -> None:
    share.drop("ประกาศ/ใน.xlsx", BOOK)

    looked = share.look()

    assert (looked.originals, looked.ignored) == ((), ())
    assert [one.file for one in looked.elsewhere] == ["ประกาศ/ใน.xlsx"]
    assert looked.files == {"ประกาศ/ใน.xlsx"}


@pytest.mark.parametrize("folder", ["แบบ.xlsx", ".git", "~$x", "a.tmp"])
def test_a_folder_that_is_no_division_is_listed_and_not_entered(share: Share, folder: str) -> None:
    share.drop(f"{folder}/ใน.xlsx", BOOK)

    assert share.look() == Arrivals((), (folder,), ())


@pytest.mark.parametrize("folder", ["e-GP", "E-gp"])
def test_files_of_a_reserved_folder_go_elsewhere_than_to_the_workbooks(
    share: Share, folder: str
) -> None:
    share.drop(f"{folder}/สัญญา.csv", b"data")
    share.drop(f"{folder}/~$lock.csv", b"data")
    share.drop("แบบ.xlsx", BOOK)

    arrived = share.look()

    assert taken(arrived) == ["แบบ.xlsx"]
    assert [one.file for one in arrived.elsewhere] == [f"{folder}/สัญญา.csv"]
    assert arrived.elsewhere[0].path.read_bytes() == b"data"
    assert arrived.ignored == (f"{folder}/~$lock.csv",)
    assert arrived.files == {f"{folder}/สัญญา.csv", "แบบ.xlsx"}


def test_a_school_of_the_municipality_is_a_division_like_others(share: Share) -> None:
    """Its short name has dots: «ร.ร.», «ศพด.»."""
    share.drop("ร.ร.เทศบาล 1/ต.ค.67.xlsx", BOOK)

    assert taken(share.look()) == ["ร.ร.เทศบาล 1/ต.ค.67.xlsx"]


def test_folders_in_the_folder_of_a_division_are_listed(share: Share) -> None:
    share.drop("กองช่าง/เก่า/ใน.xlsx", BOOK)

    assert share.look() == Arrivals((), ("กองช่าง/เก่า",), ())


@POSIX
def test_links_pipes_and_sockets_are_listed_and_never_opened(share: Share) -> None:
    secret = share.folder / "secret"
    secret.write_bytes(b"secret")
    (share.inbox / "link.xlsx").symlink_to(secret)
    (share.inbox / "dangling.xlsx").symlink_to("nowhere")
    (share.inbox / "division").symlink_to(share.folder)
    (share.inbox / "กองช่าง").mkdir()
    (share.inbox / "กองช่าง" / "link.xlsx").symlink_to(secret)
    os.mkfifo(share.inbox / "pipe.xlsx")

    with seconds(5):  # to open the pipe would hang for ever
        arrived = share.look()

    assert arrived.originals == ()
    assert arrived.ignored == (
        *("dangling.xlsx", "division", "link.xlsx", "pipe.xlsx", "กองช่าง/link.xlsx"),
    )
    assert share.kept() == {}


@POSIX
def test_a_link_put_in_the_place_of_a_file_is_not_followed(share: Share) -> None:
    secret = share.folder / "secret"
    secret.write_bytes(b"secret")
    path = share.drop("แบบ.xlsx", b"secret")
    kept = path.stat()

    def swap() -> None:
        path.unlink()
        path.symlink_to(secret)
        os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns), follow_symlinks=False)

    share.while_waiting = [swap]

    assert share.look().originals == ()


@POSIX
def test_a_name_that_is_no_text_is_shown_and_taken(share: Share) -> None:
    path = os.fsencode(share.inbox) + b"/\xa1\xc3\xe0.xlsx"  # Windows-874 on a disk of UTF-8
    Path(os.fsdecode(path)).write_bytes(BOOK)

    (original,) = share.look(0).originals

    assert original.file == r"\xa1\xc3\xe0.xlsx"
    assert original.path.read_bytes() == BOOK
    original.file.encode()


@POSIX
def test_two_names_that_look_alike_are_two_files(share: Share) -> None:
    """The ledger knows a drop by its name: one name for two files would be one for the other."""
    for name in (b"\xa1.xlsx", b"\xa2.xlsx", b"a b.xlsx", "a\u00a0b.xlsx".encode()):
        path = Path(os.fsdecode(os.fsencode(share.inbox) + b"/" + name))
        path.write_bytes(name)

    assert len(set(taken(share.look(0)))) == 4


@POSIX
def test_a_name_as_long_as_a_disk_allows_is_taken(share: Share) -> None:
    name = "ก" * 83 + ".xlsx"  # 254 bytes
    share.drop(name, BOOK)

    assert taken(share.look(0)) == [name]


# ---- settling


def test_a_steady_inbox_is_looked_at_twice(share: Share) -> None:
    share.drop("แบบ.xlsx", BOOK)

    assert taken(share.look(settle=7)) == ["แบบ.xlsx"]
    assert share.waits == [7]


def test_without_settling_what_is_there_is_taken(share: Share) -> None:
    share.drop("แบบ.xlsx", BOOK[:100])

    assert taken(share.look(settle=0)) == ["แบบ.xlsx"]
    assert share.waits == []


def test_a_file_that_grows_between_two_looks_waits_and_comes_whole(share: Share) -> None:
    path = share.drop("แบบ.xlsx", BOOK[:1000])
    share.drop("steady.xlsx", BOOK)
    share.while_waiting = [lambda: path.write_bytes(BOOK)]

    arrived = share.look()

    assert set(taken(arrived)) == {"แบบ.xlsx", "steady.xlsx"}
    assert share.kept() == {sha256(BOOK): BOOK}
    assert len(share.waits) == 2


def test_a_file_that_never_rests_is_left_for_the_next_pass(share: Share) -> None:
    path = share.drop("แบบ.xlsx", b"0")
    share.drop("steady.xlsx", BOOK)
    share.while_waiting = [partial(path.write_bytes, b"x" * n) for n in range(2, 20)]

    arrived = share.look()

    assert taken(arrived) == ["steady.xlsx"]
    assert arrived.unsettled == ("แบบ.xlsx",)
    assert len(share.waits) <= 4


def test_the_same_size_with_another_time_is_a_change(share: Share) -> None:
    path = share.drop("แบบ.xlsx", b"a" * 50, at=1000)
    times = iter(range(2000, 9000, 1000))
    share.while_waiting = [lambda: os.utime(path, (next(times),) * 2)] * 5

    assert share.look().unsettled == ("แบบ.xlsx",)


def test_another_file_renamed_into_its_place_is_a_change(share: Share) -> None:
    """Excel saves so: a temporary file, then a rename; size and time may be the same."""
    path = share.drop("แบบ.xlsx", b"a" * 50, at=1000)

    def save() -> None:
        new = share.folder / "new"
        new.write_bytes(b"b" * 50)
        os.utime(new, (1000, 1000))
        new.rename(path)

    share.while_waiting = [save]

    assert taken(share.look()) == ["แบบ.xlsx"]
    assert len(share.waits) == 2
    assert share.kept() == {sha256(b"b" * 50): b"b" * 50}


def test_a_zip_without_its_end_waits_until_it_is_whole(share: Share) -> None:
    """A copy that stalls looks steady: only the end of the zip tells."""
    path = share.drop("แบบ.xlsx", BOOK[:-100])
    share.while_waiting = [lambda: None, lambda: path.write_bytes(BOOK)]

    assert taken(share.look()) == ["แบบ.xlsx"]
    assert share.kept() == {sha256(BOOK): BOOK}
    assert len(share.waits) == 3


def test_a_zip_that_stays_torn_is_taken_so_that_its_sender_hears_of_it(share: Share) -> None:
    torn = BOOK[:-100]
    share.drop("แบบ.xlsx", torn)

    assert taken(share.look()) == ["แบบ.xlsx"]
    assert share.kept() == {sha256(torn): torn}
    assert len(share.waits) == 3


def test_a_file_that_appears_between_two_looks_waits_for_the_next(share: Share) -> None:
    share.drop("steady.xlsx", BOOK)
    share.while_waiting = [lambda: share.drop("ใหม่.xlsx", b"x")]

    arrived = share.look()

    assert "steady.xlsx" in taken(arrived)
    assert sorted([*taken(arrived), *arrived.unsettled]) == ["steady.xlsx", "ใหม่.xlsx"]


def test_a_file_that_goes_away_is_no_error(share: Share) -> None:
    path = share.drop("แบบ.xlsx", BOOK)
    share.drop("steady.xlsx", BOOK)
    share.while_waiting = [path.unlink]

    arrived = share.look()

    assert taken(arrived) == ["steady.xlsx"]
    assert arrived.unsettled == ()


# ---- copying


def test_the_rest_of_a_run_that_was_killed_is_cleared_away(share: Share) -> None:
    share.originals.mkdir(parents=True)
    (share.originals / MAKING).write_bytes(b"half a copy")
    share.drop("แบบ.xlsx", BOOK)

    share.look()

    assert share.kept() == {sha256(BOOK): BOOK}


def test_originals_are_never_written_again(share: Share) -> None:
    share.drop("แบบ.xlsx", BOOK)
    share.look()
    (kept,) = share.originals.iterdir()
    before = kept.stat()

    share.drop("อีกชื่อ.xlsx", BOOK)
    share.look()

    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_that_is_changed_while_it_is_copied_is_left_for_the_next_pass(
    share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size and time at the end of the copy are not those at its beginning."""
    path = share.drop("แบบ.xlsx", BOOK, at=1000)
    real = os.fstat
    looks = []

    def fstat(handle: int) -> os.stat_result:
        looks.append(handle)
        if len(looks) == 2:
            os.utime(path, (5000, 5000))
        return real(handle)

    monkeypatch.setattr("pipeline.inbox.os.fstat", fstat)
    arrived = share.look(0)

    assert (taken(arrived), arrived.unsettled) == ([], ("แบบ.xlsx",))
    assert share.kept() == {}


def test_an_inbox_is_only_read(share: Share) -> None:
    share.drop("แบบ.xlsx", BOOK, at=1000)
    share.drop("กองช่าง/ก.xlsx", b"x", at=2000)
    share.drop("~$แบบ.xlsx", b"", at=3000)

    def picture() -> Mapping[str, tuple[bytes, int]]:
        files = [path for path in share.inbox.rglob("*") if path.is_file()]
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = picture()
    share.look()

    assert picture() == before

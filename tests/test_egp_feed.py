"""e-GP's feed: real bytes become items, and whatever else it answers becomes an outage by name."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from pipeline.alone import alone
from pipeline.announce import folder_of, following_hour, next_poll, poll, silent_since
from pipeline.clock import BANGKOK, Clock
from pipeline.doctor import doctor
from pipeline.egp_feed import HEADERS, LARGEST, OutageError, Patience, fetch, parse
from pipeline.ledger import Ledger
from pipeline.notices import feed_silence
from schemas.announcement import ANSWERED, CODES, KINDS, OUTAGES, FeedAnswer, Served
from schemas.config import AnnouncementFeed
from tests.conftest import SHARED, Office, make_office
from tests.feed import LINK, Item, Server, feed, feed_server
from tests.test_personal import CITIZEN

ONE = "67109000001"
TWO = "67109000002"
EVENING = datetime(2024, 10, 7, 18, tzinfo=BANGKOK)
DEPARTMENT = "6800901"
REAL = sorted((SHARED / "data").glob("egp-rss-*.xml"))


def read(content: bytes, code: str = "W0") -> list[Served]:
    return parse(content, code, DEPARTMENT)


def outage(content: bytes) -> str:
    with pytest.raises(OutageError) as caught:
        read(content)
    assert caught.value.outcome in OUTAGES
    return caught.value.outcome


# ---- reading


def test_an_item_has_project_day_title_and_a_link_that_can_be_followed() -> None:
    (item,) = read(feed([Item(ONE, "ซื้อเก้าอี้ ๒ ตัว & โต๊ะ <1>")]))

    assert item == Served(
        "W0",
        ONE,
        LINK.format(project=ONE, seq=1),
        "ซื้อเก้าอี้ ๒ ตัว & โต๊ะ <1>",
        date(2024, 10, 7),
        "",
    )


@pytest.mark.parametrize("announced", ["Windows-874", "UTF-8", "TIS-620", "no-such-thing"])
def test_the_letters_are_cp874_whatever_is_announced(announced: str) -> None:
    assert read(feed([Item(ONE, "จ้างซ่อม “พัดลม” – ๓ เครื่อง")], announced))[0].title == (
        "จ้างซ่อม “พัดลม” – ๓ เครื่อง"
    )


def test_letters_that_can_only_be_utf_8_are_read_so() -> None:
    text = feed([Item(ONE, "จ้างซ่อม")]).decode("cp874").encode()
    assert read(text)[0].title == "จ้างซ่อม"


@pytest.mark.parametrize("code", CODES)
def test_the_kind_is_the_code_that_was_asked_for(code: str) -> None:
    """The link of every one of them says templateType=W2."""
    (item,) = read(feed([Item(ONE)]), code)
    assert item.announcement.kind == next(kind.id for kind in KINDS if kind.code == code)


@pytest.mark.parametrize(
    ("link", "description", "project"),
    [
        (None, "", ONE),
        ("https://process5.gprocurement.go.th/a/common/download/67109000001/0f-1", "", ONE),
        (
            "https://process5.gprocurement.go.th/view-pdf-file?templateId=0f",
            f"{TWO}, เฉพาะเจาะจง, ประกาศผู้ชนะ",
            TWO,
        ),
        ("https://process5.gprocurement.go.th/downloadFileTest?fileId=67109000001", "", ""),
        ("", f"{TWO}, e-bidding, ร่าง", TWO),
        (None, f"{TWO}, เฉพาะเจาะจง", ONE),
    ],
)
def test_the_project_stands_in_the_link_or_in_the_description(
    link: str | None, description: str, project: str
) -> None:
    (item,) = read(feed([Item(ONE, description=description, link=link)]))
    assert item.project == project


@pytest.mark.parametrize(
    "link",
    [
        "https://gprocurement.go.th.example.com/x",
        "https://example.com/?a=.gprocurement.go.th",
        "http://example.com\\.gprocurement.go.th/",
        "http://process3.gprocurement.go.th@example.com/",
        "javascript:alert(1)//.gprocurement.go.th",
        "ftp://process3.gprocurement.go.th/x",
        "//process3.gprocurement.go.th/x",
        "https://xgprocurement.go.th/x",
        f"https://process3.gprocurement.go.th/x?id={CITIZEN}",
        "https://process3.gprocurement.go.th/" + "x" * 2_000,
    ],
)
def test_only_addresses_of_e_gp_are_kept(link: str) -> None:
    (item,) = read(feed([Item(ONE, link=link, description=ONE)]))
    assert (item.link, item.announcement.url) == ("", "")


def test_the_same_item_twice_is_one_and_another_round_of_the_project_is_another() -> None:
    items = read(feed([Item(ONE), Item(ONE), Item(ONE, seq=3)]))
    assert [item.link[-1] for item in items] == ["1", "3"]


def test_items_without_link_and_number_are_told_apart_by_their_titles() -> None:
    items = read(feed([Item("", "ก", link=""), Item("", "ข", link="")]), "B0")
    assert [item.title for item in items] == ["ก", "ข"]


def test_a_day_that_does_not_exist_is_unknown() -> None:
    days = [Item(ONE, day=day) for day in ("2024-02-31", "เมื่อวาน", "2568-01-02", "")]
    items = [replace(item, seq=seq) for seq, item in enumerate(days)]
    assert [item.published_on for item in read(feed(items))] == [None] * 4


def test_no_item_is_a_valid_answer() -> None:
    assert read(feed()) == []


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"<html><head><title>Request Rejected</title></head></html>", "rejected"),
        (b"<!DOCTYPE html><html><body>Error 500</body></html>", "page"),
        (b"%PDF-1.4", "page"),
        (b"\x00\xff" * 5_000, "page"),
        (feed([Item(ONE), Item(TWO)])[:700], "not-whole"),
        (feed([Item(ONE)])[:-8], "not-whole"),
        (feed([Item(ONE)]).replace(b"<rss", LAUGHS.encode() + b"<rss", 1), "unreadable"),
        (feed([Item(ONE)]).replace(b"</item>", b"</itme>"), "unreadable"),
        (feed([Item(f"6710900{n:04}") for n in range(101)]), "others"),
        (
            feed([Item(ONE, link="https://process3.gprocurement.go.th/x?deptId=1234567")]),
            "others",
        ),
    ],
)
def test_whatever_else_it_answers_is_an_outage_by_name(content: bytes, told: str) -> None:
    assert outage(content) == told


def test_titles_as_careless_programs_write_them_are_read() -> None:
    content = feed([Item(ONE, "ก AND ข")]).replace(b"AND", b"& \x0b")
    assert read(content)[0].title == "ก & ข"


@pytest.mark.skipif(not REAL, reason="the real feeds are no part of the project")
def test_the_real_feeds_are_read_whole() -> None:
    """Counted by their bytes: items, project numbers in the links, days."""
    counts = []
    for path in REAL:
        content = path.read_bytes()
        items = read(content)
        assert len(items) == content.count(b"<item>")
        assert sorted(item.project for item in items) == sorted(
            part[:11].decode() for part in content.split(b"projectId=")[1:]
        )
        assert all(item.link and item.title and item.published_on for item in items)
        assert all(item.published_on.year == 2022 for item in items if item.published_on)
        counts.append(len(items))
    assert counts == [7, 4, 2]


# ---- asking


@pytest.fixture
def server() -> Iterator[Server]:
    with feed_server() as made:
        yield made


def asking(folder: Path, server: Server, codes: str = '["D0", "W0"]') -> Office:
    tail = (
        f'egp_department = "{DEPARTMENT}"\n'
        f'[announcements]\naddress = "{server.address}"\ncodes = {codes}\n'
    )
    return make_office(folder, tail=tail)


@pytest.fixture
def office(tmp_path: Path, server: Server) -> Office:
    return asking(tmp_path / "office", server)


def clock(moment: datetime = EVENING, waits: list[float] | None = None) -> Clock:
    """A clock that goes on by what is waited."""
    waited = [] if waits is None else waits

    def now() -> datetime:
        return moment + timedelta(seconds=sum(waited))

    return Clock(now, waited.append)


def served(office: Office) -> list[Served]:
    with Ledger.view(office.workspace.ledger) as ledger:
        assert ledger
        return ledger.served()[0]


def answers(office: Office) -> list[tuple[str, str, int, int]]:
    with Ledger.view(office.workspace.ledger) as ledger:
        assert ledger
        return [(a.code, a.outcome, a.items, a.fresh) for a in ledger.feed_answers()]


def test_it_is_asked_as_it_wants_to_be_asked(office: Office, server: Server) -> None:
    waits: list[float] = []
    poll(office.workspace, clock(waits=waits))

    assert server.queries == [
        {"deptId": [DEPARTMENT], "anounceType": ["D0"]},
        {"deptId": [DEPARTMENT], "anounceType": ["W0"]},
    ]
    assert set(server.agents) == {HEADERS["User-Agent"]}
    assert waits == [3.0], "a pause between two codes"


def test_replays_create_nothing_new_and_a_change_is_kept_as_one(
    office: Office, server: Server
) -> None:
    server.answer = lambda code: feed([Item(ONE), Item(TWO)] if code == "W0" else [])
    first = poll(office.workspace, clock())
    again = poll(office.workspace, clock(EVENING + timedelta(hours=4)))
    server.answer = lambda code: feed([Item(ONE, day="2024-10-09")] if code == "W0" else [])
    changed = poll(office.workspace, clock(EVENING + timedelta(days=1)))
    poll(office.workspace, clock(EVENING + timedelta(days=2)))

    assert [len(one.fresh) for one in (first, again, changed)] == [2, 0, 1]
    found = {item.project: item for item in served(office)}
    assert found[ONE].published_on == date(2024, 10, 9)
    assert {item.seen for item in found.values()} == {date(2024, 10, 7)}, "first seen then"
    with Ledger.view(office.workspace.ledger) as ledger:
        assert ledger
        assert ledger.served()[1] == [date(2024, 10, 7), date(2024, 10, 7), date(2024, 10, 8)]


def test_an_outage_is_tried_again_then_recorded_once_a_day_and_costs_nothing_else(
    office: Office, server: Server
) -> None:
    server.answer = lambda code: 503 if code == "D0" else feed([Item(ONE)])
    waits: list[float] = []
    made = poll(office.workspace, clock(waits=waits))
    poll(office.workspace, clock(EVENING + timedelta(hours=4)))
    poll(office.workspace, clock(EVENING + timedelta(days=1)))

    assert (made.whole, waits) == (False, [5.0, 20.0, 3.0])
    assert server.asked[:4] == ["D0", "D0", "D0", "W0"]
    assert answers(office) == [
        ("D0", "refused", 0, 0),
        ("W0", ANSWERED, 1, 1),
        ("D0", "refused", 0, 0),
        ("W0", ANSWERED, 1, 0),
    ]
    assert [item.project for item in served(office)] == [ONE]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "empty"),
        (b"<html>Request Rejected</html>", "rejected"),
        (b"x" * (LARGEST + 1), "too-large"),
        (b"y" * 10_000_000, "too-large"),
        (404, "refused"),
        (LAUGHS.encode() + feed([Item(ONE)]), "unreadable"),
    ],
)
def test_no_answer_crashes_or_makes_noise(
    office: Office, server: Server, body: bytes | int, told: str
) -> None:
    server.answer = lambda code: body if code == "D0" else feed([Item(ONE)])
    made = poll(office.workspace, clock())

    assert [one.outcome for one in made.answers] == [told, ANSWERED]
    assert [item.project for item in served(office)] == [ONE]


def test_a_line_that_is_cut_is_no_answer(office: Office, server: Server) -> None:
    """What was promised and did not come: it may have held the item that nobody shows again."""
    server.answer = lambda _: feed([Item(ONE)])
    server.cut = 300
    cut = poll(office.workspace, clock())
    server.cut = None
    whole = poll(office.workspace, clock(EVENING + timedelta(hours=1)))

    assert {one.outcome for one in cut.answers} == {"not-whole"}
    assert [one.outcome for one in whole.answers] == [ANSWERED, ANSWERED]


def test_who_cannot_be_reached_is_left_alone_after_three_codes(
    tmp_path: Path, server: Server
) -> None:
    office = asking(tmp_path / "far", server, '["P0", "15", "B0", "D0", "W0"]')
    nobody = office.workspace.settings.model_copy(
        update={
            "announcements": office.workspace.settings.announcements.model_copy(
                update={"address": "http://127.0.0.1:9/x"}
            )
        }
    )
    made = poll(replace(office.workspace, settings=nobody), clock(), patience=Patience(1, 2))

    assert [one.outcome for one in made.answers] == ["unreachable"] * 3
    assert made.unasked == ("D0", "W0")
    assert not made.whole


def test_what_it_served_waits_for_a_ledger_that_is_busy(office: Office, server: Server) -> None:
    """The pass that holds the ledger takes it in, or the next one."""
    server.answer = lambda _: feed([Item(ONE)])
    with alone(office.workspace.lock):
        busy = poll(office.workspace, clock())
    assert (busy.answers, busy.kept) == ((), 2)
    server.answer = lambda _: 503

    office.one_pass(date(2024, 10, 8))

    assert {(item.code, item.project) for item in served(office)} == {("D0", ONE), ("W0", ONE)}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_disk_that_refuses_is_no_outage_of_e_gp(office: Office, server: Server) -> None:
    """It is told as what it is, and the next poll asks again."""
    server.answer = lambda _: feed([Item(ONE)])

    def full() -> BinaryIO:
        return open("/dev/full", "wb", buffering=0)  # noqa: PTH123 - the system's own

    with pytest.raises(OSError, match="No space left"):
        fetch(f"{server.address}?anounceType=W0", full, clock(), time.monotonic)
    assert server.asked == ["W0"]
    assert poll(office.workspace, clock()).whole


def test_what_lies_beside_the_answers_is_left_alone(office: Office) -> None:
    beside = folder_of(office.workspace) / "desktop.xml"
    beside.parent.mkdir(parents=True)
    beside.write_bytes(b"x")
    assert poll(office.workspace, clock()).whole
    assert beside.exists()


# ---- when

SETTINGS = AnnouncementFeed()


@pytest.mark.parametrize(
    ("last", "following"),
    [("07 17:59", "07 18:00"), ("07 18:00", "07 22:00"), ("07 23:00", "08 06:00")],
)
def test_the_hours_are_those_agreed_on(last: str, following: str) -> None:
    def moment(text: str) -> datetime:
        return datetime.strptime(f"2024-10-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BANGKOK)

    assert following_hour(moment(last), SETTINGS) == moment(following)


def test_a_missed_hour_is_owed_and_a_failure_is_tried_again_outside_of_office_hours(
    office: Office, server: Server
) -> None:
    workspace = office.workspace
    assert next_poll(workspace, EVENING) == EVENING, "never asked: now"
    poll(workspace, clock())
    assert next_poll(workspace, EVENING + timedelta(minutes=1)) == EVENING.replace(hour=22)
    assert next_poll(workspace, EVENING + timedelta(days=3)) == EVENING.replace(hour=22), "owed"
    assert next_poll(workspace, EVENING - timedelta(days=1)) < EVENING, "the clock was set back"

    server.answer = lambda _: 503
    poll(workspace, clock(EVENING.replace(hour=22)))
    assert next_poll(workspace, EVENING.replace(hour=22, minute=5)).hour == 23
    morning = EVENING.replace(hour=8)
    poll(workspace, clock(morning))
    assert next_poll(workspace, morning.replace(minute=5)).strftime("%H:%M") == "17:30"


def test_one_silent_night_is_normal_three_days_are_not() -> None:
    def told(*days: int, good: int) -> datetime | None:
        said = [FeedAnswer("W0", EVENING + timedelta(days=good), ANSWERED)]
        said += [FeedAnswer("W0", EVENING + timedelta(days=d), "unreachable") for d in days]
        return silent_since(said, EVENING + timedelta(days=max(days, default=good)))

    assert told(1, 2, good=0) is None
    assert told(1, 2, 3, good=0) == EVENING
    assert silent_since([], EVENING) is None
    never = [FeedAnswer("W0", EVENING, "refused")]
    assert silent_since(never, EVENING + timedelta(days=4)) == EVENING


def test_doctor_and_the_keeper_hear_of_days_without_an_answer(
    office: Office, server: Server
) -> None:
    def told(days: int) -> tuple[str, list[str]]:
        now = EVENING + timedelta(days=days)
        points = doctor(office.workspace, office.workspace.output, now).points
        with Ledger.open(office.workspace.ledger) as ledger:
            troubles = feed_silence(silent_since(ledger.feed_answers(), now), now)
        (standing,) = [point.standing for point in points if point.name == "feed"]
        return standing, [trouble.key for trouble in troubles]

    office.workspace.output.mkdir(exist_ok=True)
    with Ledger.open(office.workspace.ledger):
        assert told(0) == ("told", []), "never asked"
    poll(office.workspace, clock())
    assert told(0) == ("good", [])
    server.answer = lambda _: 503
    for day in (1, 2):
        poll(office.workspace, clock(EVENING + timedelta(days=day)))
    assert told(2) == ("good", [])
    poll(office.workspace, clock(EVENING + timedelta(days=3)))
    assert told(4) == ("bad", ["feed/2024-10-07"])
    assert told(5) == ("bad", ["feed/2024-10-07"]), "the same key: nobody is told twice"

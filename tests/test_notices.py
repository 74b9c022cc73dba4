"""Who is told what and when, through a real mail server: at least once, never twice unsaid."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from pipeline import outbox
from pipeline.alone import alone
from pipeline.clock import BANGKOK, Clock
from pipeline.due import working_days_from
from pipeline.examples import example_month, replace_cell, to_bytes
from pipeline.ledger import Ledger
from pipeline.notices import Trouble
from pipeline.outbox import next_try, tell_people
from pipeline.run import Pass, run
from schemas.config import Due
from schemas.example_words import UNREADABLE_AMOUNT
from schemas.month import Month
from schemas.notice import Try
from tests.conftest import Office, make_office
from tests.test_command_line import sokhoro1

OCTOBER = Month(2567, 10)  # due on Thursday, 7 November 2024
DUE = date(2024, 11, 7)
MORNING = time(9)
CHANNELS = """
[[channels]]
name = "กองคลัง"
secret_env = "MAIL_OF_FINANCE"
[[channels]]
name = "ผู้ดูแลระบบ"
tell = ["it"]
secret_file = "mail.txt"
"""


@dataclass
class Sink:
    """A mail server that keeps what it is given, or refuses it."""

    port: int = 0
    refuses: bool = False
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        if self.refuses:
            return "451 Try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
        return "250 OK"

    def url(self, to: str) -> str:
        return (
            f"mailto://sokhoro:pass-word-8@127.0.0.1:{self.port}"
            f"?smtp=127.0.0.1&mode=insecure&from=sokhoro@example.go.th&to={to}"
        )

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    @property
    def receivers(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]

    def text(self, number: int) -> str:
        body = self.mails[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@contextmanager
def served(sink: Sink) -> Iterator[Sink]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        sink.port = free.getsockname()[1]
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        authenticator=lambda *_: AuthResult(success=True),
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with served(Sink()) as sink:
        yield sink


@pytest.fixture
def office(tmp_path: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office that has published October and tells finance and its keeper by mail."""
    return office_with(tmp_path, sink, monkeypatch)


def office_with(
    folder: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch, more: str = ""
) -> Office:
    monkeypatch.setenv("MAIL_OF_FINANCE", sink.url("finance@example.go.th"))
    secret = folder / "mail.txt"
    folder.mkdir(exist_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(sink.url("it@example.go.th") + "\n", encoding="utf-8")
    return make_office(folder, tail=CHANNELS + more)


def month_of(month: Month) -> tuple[str, bytes]:
    book = example_month(month, "nine-columns", rows=3)
    return book.file, to_bytes(book)


def unreadable(month: Month) -> tuple[str, bytes]:
    book = example_month(month, "nine-columns", rows=3)
    place = book.expected[1].source
    return book.file, to_bytes(replace_cell(book, place.sheet, f"C{place.row}", UNREADABLE_AMOUNT))


def pass_at(office: Office, day: date, at: datetime | None = None) -> Pass:
    moment = at or datetime.combine(day, MORNING, BANGKOK)
    with alone(office.workspace.lock), Ledger.open(office.workspace.ledger) as ledger:
        return run(day, office.workspace, ledger, 0, Clock(lambda: moment, _never))


def _never(_: float) -> None:
    raise AssertionError("a pass that settles in no time must not wait")


def days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


# ---- reminders


def test_who_has_not_filed_is_reminded_around_the_due_day_and_nobody_else(
    office: Office, sink: Sink
) -> None:
    """September is public; October's list does not come."""
    office.drop(*month_of(Month(2567, 9)))
    office.one_pass(date(2024, 10, 4))
    # The eleven months before it are long overdue: one message, not eleven.
    assert len(sink.mails) == 1
    assert "ค้างอยู่ ๑๑ เดือน" in sink.subjects[0]
    sink.mails.clear()

    told = {}
    for day in days(date(2024, 10, 5), date(2024, 11, 30)):
        office.one_pass(day)
        office.one_pass(day)  # twice a day changes nothing
        if sink.mails:
            told[day] = sink.subjects.copy()
            sink.mails.clear()

    before = [working_days_from(DUE, n, Due()) for n in (-5, -3, -1, 1, 3, 5)]
    november = [working_days_from(date(2024, 12, 9), n, Due()) for n in (-5,)]
    assert before == [date(2024, 10, 31), *(date(2024, 11, n) for n in (4, 6, 8, 12, 14))]
    assert november == [date(2024, 11, 29)]
    assert list(told) == [*before, *november]
    assert all(len(subjects) == 1 for subjects in told.values())
    assert told[before[0]][0].startswith("สขร.๑ เดือนตุลาคม ๒๕๖๗: ครบกำหนดเผยแพร่วันที่ ๗ พฤศจิกายน")


def test_a_month_that_was_published_is_not_reminded_of(office: Office, sink: Sink) -> None:
    """Silence when all is well."""
    office.drop(*month_of(OCTOBER))
    for day in days(date(2024, 11, 1), date(2024, 11, 28)):
        office.one_pass(day)

    assert sink.mails == []


def test_after_a_long_silence_one_message_tells_all(office: Office, sink: Sink) -> None:
    office.drop(*month_of(OCTOBER))
    office.one_pass(date(2024, 11, 4))
    office.one_pass(date(2025, 3, 3))

    assert len(sink.mails) == 1
    text = sink.text(0)
    assert "เดือนพฤศจิกายน ๒๕๖๗ ครบกำหนดเผยแพร่วันที่ ๙ ธันวาคม ๒๕๖๗ (เลยกำหนดแล้ว" in text
    assert "เดือนกุมภาพันธ์ ๒๕๖๘ ครบกำหนดเผยแพร่วันที่ ๗ มีนาคม ๒๕๖๘ (อีก ๔ วันทำการ)" in text


def test_a_division_is_told_of_its_own_list_alone(
    tmp_path: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = '[[channels]]\nname = "กองช่าง"\ndivisions = ["กองช่าง"]\nsecret_env = "MAIL_OF_WORKS"\n'
    monkeypatch.setenv("MAIL_OF_WORKS", sink.url("works@example.go.th"))
    office = office_with(tmp_path, sink, monkeypatch, works)
    organisation = office.workspace.settings.organisation.model_copy(
        update={"divisions": ("กองช่าง", "กองการศึกษา")}
    )
    settings = office.workspace.settings.model_copy(update={"organisation": organisation})
    file, content = month_of(OCTOBER)
    told = Office(office.workspace.__class__(settings, *_folders(office)))
    told.drop(f"กองการศึกษา/{file}", content)
    told.one_pass(date(2024, 11, 8))

    assert sorted(zip(sink.receivers, sink.subjects, strict=True)) == [
        (to, "สขร.๑ เดือนตุลาคม ๒๕๖๗: ครบกำหนดเผยแพร่วันที่ ๗ พฤศจิกายน ๒๕๖๗ (แจ้งที่ 1)")
        for to in ("finance@example.go.th", "works@example.go.th")
    ]
    assert "inbox/กองช่าง" in sink.text(0)


def _folders(office: Office) -> tuple[Path, Path]:
    return office.workspace.inbox, office.workspace.output


# ---- returned at once


def test_a_returned_workbook_is_told_at_once_and_once(office: Office, sink: Sink) -> None:
    file, content = unreadable(OCTOBER)
    office.drop(file, content)
    for _ in range(3):
        office.one_pass(date(2024, 11, 1))

    answers = [subject for subject in sink.subjects if "ส่งไฟล์กลับ" in subject]
    assert len(answers) == 1
    text = sink.text(sink.subjects.index(answers[0]))
    assert file in text
    assert "ต้องแก้ไข ๑ ข้อ" in text
    assert UNREADABLE_AMOUNT not in text, "messages pass through other people's machines"

    office.drop(file, month_of(OCTOBER)[1])
    sink.mails.clear()
    office.one_pass(date(2024, 11, 4))
    assert sink.mails == []


def test_a_file_name_is_text_and_hides_a_citizens_number(office: Office, sink: Sink) -> None:
    office.drop("<b>1-1017-00230-70-8<b> ต.ค. 67.xlsx", unreadable(OCTOBER)[1])
    office.one_pass(date(2024, 11, 1))
    (mail,) = (mail for mail in sink.mails if "ส่งไฟล์กลับ" in str(mail["Subject"]))

    assert "1017" not in mail.as_string()
    assert "X-XXXX-XXXXX-XX-X" in str(mail["Subject"])
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            assert "<b>" not in part.get_content()


# ---- the keeper of the machine


def test_damage_is_told_to_the_keeper_and_set_right(office: Office, sink: Sink) -> None:
    office.drop(*month_of(OCTOBER))
    office.one_pass(date(2024, 11, 4))
    page = office.public / "fy2568" / "2567-10" / "index.html"
    right = page.read_bytes()
    page.write_bytes(right.replace("ตุลาคม".encode(), "มีนาคม".encode()))
    done = office.one_pass(date(2024, 11, 4))

    assert page.read_bytes() == right
    assert done.waits_for_somebody
    assert [
        (to, "ผู้ดูแลตรวจสอบ" in subject)
        for to, subject in zip(sink.receivers, sink.subjects, strict=True)
    ] == [("it@example.go.th", True)]
    assert "fy2568/2567-10/index.html: เนื้อไฟล์ถูกเปลี่ยน" in sink.text(0)
    assert not office.one_pass(date(2024, 11, 5)).outside.damage


# ---- the queue


def test_a_server_that_is_down_gets_the_message_later_and_publishing_does_not_wait(
    office: Office, sink: Sink
) -> None:
    sink.refuses = True
    office.drop(*month_of(Month(2567, 9)))
    office.drop(*unreadable(OCTOBER))
    done = office.one_pass(date(2024, 11, 1))
    assert [summary.month for summary in done.published] == [Month(2567, 9)]
    tried = {one.trouble for one in done.outside.told}
    assert len(done.outside.told) == 2
    assert all(tried)
    assert "pass-word-8" not in "".join(tried)

    sink.refuses = False
    at = datetime.combine(date(2024, 11, 1), MORNING, BANGKOK)
    early = pass_at(office, date(2024, 11, 1), at + timedelta(seconds=30))
    late = pass_at(office, date(2024, 11, 1), at + timedelta(seconds=90))
    again = pass_at(office, date(2024, 11, 1), at + timedelta(seconds=200))

    assert (len(early.outside.told), len(late.outside.told), len(again.outside.told)) == (0, 2, 0)
    assert len(sink.mails) == 2
    assert not any("ส่งซ้ำ" in subject for subject in sink.subjects)


class KilledError(BaseException):
    """As ``kill -9`` between two statements."""


@pytest.mark.parametrize("step", ["queue", "_begin", "send", "_end"])
@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_a_message_goes_out_and_a_second_one_says_so(
    step: str, *, after: bool, office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = getattr(outbox, step)

    def killed(*given: Any) -> Any:  # noqa: ANN401 - stands for any of them
        if after:
            real(*given)
        raise KilledError

    office.drop(*unreadable(OCTOBER))
    with monkeypatch.context() as patched:
        patched.setattr(outbox, step, killed)
        with pytest.raises(KilledError):
            office.one_pass(date(2024, 10, 29))
    office.one_pass(date(2024, 10, 29))
    office.one_pass(date(2024, 10, 29))

    went_out_unrecorded = (step, after) in {("send", True), ("_end", False)}
    began = went_out_unrecorded or (step, after) in {("_begin", True), ("send", False)}
    answers = [subject for subject in sink.subjects if "ส่งไฟล์กลับ" in subject]
    assert len(answers) == 1 + went_out_unrecorded
    assert [("ส่งซ้ำ" in subject) for subject in answers[-1:]] == [began]
    assert all("แจ้งที่ 1" in subject for subject in answers), "one number: a person sees the double"


def test_pauses_grow_to_an_hour_and_then_stay() -> None:
    at = datetime(2024, 11, 1, 9, tzinfo=BANGKOK)
    tries: list[Try] = []
    pauses = []
    for _ in range(9):
        tries.append(Try("อีเมล", at, "เครื่องปลายทางไม่ตอบ"))
        again = next_try(tries)
        assert again is not None
        pauses.append((again - at).total_seconds() / 60)
        at = again
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_message_that_cannot_be_sent_for_two_weeks_is_given_up(
    office: Office, sink: Sink
) -> None:
    sink.refuses = True
    office.drop(*unreadable(OCTOBER))
    office.one_pass(date(2024, 11, 1))
    sink.refuses = False
    with Ledger.open(office.workspace.ledger) as ledger:
        for day, expected in ((date(2024, 11, 16), 0), (date(2024, 11, 15), 1)):
            clock = Clock(lambda day=day: datetime.combine(day, MORNING, BANGKOK), _never)  # type: ignore[misc]
            tell_people((), office.workspace, ledger, date(2024, 11, 1), clock)
            answers = [subject for subject in sink.subjects if "ส่งไฟล์กลับ" in subject]
            assert len(answers) == expected


def test_without_channels_nothing_is_kept_for_later(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.drop(*unreadable(OCTOBER))
    office.one_pass(date(2024, 11, 12))
    with Ledger.open(office.workspace.ledger) as ledger:
        trouble = Trouble("key", ("ทดสอบ",))
        clock = Clock(lambda: datetime(2024, 11, 12, 9, tzinfo=BANGKOK), _never)
        assert tell_people((trouble,), office.workspace, ledger, date(2024, 11, 12), clock) == []
        with ledger.engine.connect() as link:
            assert link.execute(sa.text("SELECT count(*) FROM notice")).scalar() == 0


# ---- addresses


def test_an_address_that_cannot_be_had_is_told_and_stops_nothing(
    office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_OF_FINANCE")
    office.drop(*unreadable(OCTOBER))
    done = office.one_pass(date(2024, 10, 29))

    (tried,) = done.outside.told
    assert tried.trouble == (
        "ช่องทาง กองคลัง: ไม่พบค่าในตัวแปรระบบ MAIL_OF_FINANCE ที่ระบุใน secret_env "
        "กรุณากำหนดให้ผู้ใช้ที่สั่งโปรแกรมนี้"
    )
    assert sink.mails == []


def test_a_secret_that_others_may_read_is_not_used(office: Office, sink: Sink) -> None:
    office.drop(*month_of(OCTOBER))
    office.one_pass(date(2024, 11, 4))
    secret = office.workspace.inbox.parent / "mail.txt"
    secret.chmod(0o644)
    (office.public / "robots.txt").unlink()
    done = office.one_pass(date(2024, 11, 4))

    assert [str(secret) in one.trouble for one in done.outside.told] == [True]
    assert "chmod 600" in done.outside.told[0].trouble
    assert sink.mails == []


# ---- the two commands that send at once


def test_notify_tries_every_channel(office: Office, sink: Sink) -> None:
    folder = office.workspace.inbox.parent
    done = sokhoro1("notify", folder=folder)
    assert (done.returncode, sink.receivers) == (0, ["finance@example.go.th", "it@example.go.th"])
    assert done.stdout == "✓ กองคลัง: ส่งแล้ว\n✓ ผู้ดูแลระบบ: ส่งแล้ว\n"

    sink.refuses = True
    done = sokhoro1("notify", folder=folder)
    assert done.returncode == 1
    assert done.stdout.count("✗") == 2
    assert "pass-word-8" not in done.stdout + done.stderr


def test_doctor_tells_the_keeper_alone_and_only_of_what_is_wrong(
    office: Office, sink: Sink
) -> None:
    folder = office.workspace.inbox.parent
    office.drop(*month_of(OCTOBER))
    assert sokhoro1("run", "--settle", "0", folder=folder).returncode == 1
    sink.mails.clear()
    assert sokhoro1("doctor", "--tell", folder=folder).returncode == 0
    assert sink.mails == []

    (office.public / "robots.txt").unlink()
    assert sokhoro1("doctor", folder=folder).returncode == 1
    assert sink.mails == []
    assert sokhoro1("doctor", "--tell", folder=folder).returncode == 1
    assert sink.receivers == ["it@example.go.th"]
    assert "robots.txt" in sink.text(0)

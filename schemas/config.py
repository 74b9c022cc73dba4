"""``sokhoro1.toml``: every key with its default; only the organisation's name has none."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from schemas.announcement import CODES, Code
from schemas.ita import ItaItems
from schemas.summary import Numerals

Hold = Literal["until_due", "always", "never"]
Audience = Literal["finance", "it"]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# 2568 typed for 2025 would be a day in five hundred years.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FormerName(_Part):
    """A name that the organisation bore up to and including a (Gregorian) day."""

    name: Name
    until: Day


class Organisation(_Part):
    """Who publishes. Matching accepts all names, a document prints the name of its month."""

    name: Name
    former_names: tuple[FormerName, ...] = Field(default=(), strict=False)
    place: Text = ""
    egp_department: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,10}$")] = ""
    # Sub-folders of the inbox whose divisions send a list of their own every month.
    divisions: tuple[Name, ...] = Field(default=(), strict=False)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *(former.name for former in self.former_names))

    def name_on(self, day: date) -> str:
        """Return the name in force on a day."""
        older = [former for former in self.former_names if former.until >= day]
        return min(older, key=lambda former: former.until).name if older else self.name


class Folders(_Part):
    """Where files come in and go out; relative paths count from the configuration file."""

    inbox: Name = "inbox"
    output: Name = "output"
    templates: Name = "templates"  # the office's own copies of our Word templates


class Inbox(_Part):
    """How a dropped file is taken."""

    settle_seconds: float = Field(default=10, ge=0, le=3600, allow_inf_nan=False)


class Site(_Part):
    """How the public pages look and where they will stand."""

    numerals: Numerals = "thai"
    base_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s\"'<>]+)?$")] = ""
    emblem: str = ""  # a PNG beside the configuration
    colour: Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6})?$")] = ""
    questions: bool = False  # whether the public sees them too; finance always does

    @property
    def root(self) -> str:
        """The address of the site with "/" behind, percent-encoded; "" while nobody told it."""
        # A Thai path is fine in the configuration; here it must be percent-encoded.
        quoted = quote(self.base_url.rstrip("/"), safe="%:/?#[]@!$&'()*+,;=")
        return f"{quoted}/" if quoted else ""


class OpenData(_Part):
    """What the open data of a fiscal year say of themselves; what is not given is left out.

    ``ocid_prefix`` goes before every procurement's name in OCDS. A worldwide one («ocds-» and six
    signs) is given by the Open Contracting Partnership to who asks; the default is local only.
    """

    ocid_prefix: Annotated[
        str, StringConstraints(pattern=r"^([a-z][a-z0-9]*(-[a-z0-9]+)*)$", max_length=40)
    ] = "local-sokhoro1"
    license: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s\"'<>]+)?$")] = ""
    contact_name: Text = ""
    contact_email: Annotated[str, StringConstraints(pattern=r"^([^\s@<>]+@[^\s@<>]+)?$")] = ""


class Ita(_Part):
    """What only the office knows for the ITA sheets; what is not given stays empty there.

    ``items`` stand instead of those that the program knows of a fiscal year.
    """

    district: Text = ""
    province: Text = ""
    ministry: Text = ""
    kind: Text = ""
    items: tuple[ItaItems, ...] = Field(default=(), strict=False)


def _written_as_text(score: object) -> object:
    if isinstance(score, (int, float)):
        raise target_fault('score ต้องอยู่ในเครื่องหมายคำพูด เช่น score = "95.54"')
    return score


class Assessment(_Part):
    """What the ITA gave the office in a fiscal year; the level is theirs, never computed."""

    fiscal_year: int = Field(ge=2500, le=2700)
    score: Annotated[
        str,
        BeforeValidator(_written_as_text),
        StringConstraints(pattern=r"^([0-9]{1,3}(\.[0-9]{1,2})?)?$"),
    ] = ""
    level: Text = ""


class Report(_Part):
    """What the annual report says that nobody can count; what is not given is said to be empty."""

    assessments: tuple[Assessment, ...] = Field(default=(), strict=False)

    def of_year(self, fiscal_year: int) -> Assessment:
        """Return what was written of a year, the last where it was written twice."""
        found = [one for one in self.assessments if one.fiscal_year == fiscal_year]
        return found[-1] if found else Assessment(fiscal_year=fiscal_year)


class Due(_Part):
    """When a month must be public: a house rule of the office, no law names a day.

    The n-th working day of the next month, or, where ``day`` is given, that day of it.
    """

    business_day: int = Field(default=5, ge=1, le=20)
    day: int | None = Field(default=None, ge=1, le=28)
    closed: tuple[Day, ...] = Field(default=(), strict=False)  # special holidays of the cabinet
    open: tuple[Day, ...] = Field(default=(), strict=False)  # worked, whatever the calendar says


class Reminders(_Part):
    """On which working days before (-) and after the due day those who have not filed are told."""

    working_days: tuple[Annotated[int, Field(ge=-20, le=20)], ...] = Field(
        default=(-5, -3, -1, 1, 3, 5), strict=False
    )


class Channel(_Part):
    """A way to tell people: an address of Apprise (mail, LINE, Telegram, a web hook …).

    The address holds a password or a token: it stands in a variable of the environment or in a
    file that only its owner may read, never here.
    """

    name: Name
    tell: tuple[Audience, ...] = Field(default=("finance",), min_length=1, strict=False)
    divisions: tuple[Text, ...] = Field(default=(), strict=False)  # only of these; none given: all
    secret_env: Text = ""
    secret_file: Text = ""


class Threshold(_Part):
    """An amount that the law sets from a (Gregorian) day on, until another takes its place."""

    name: Literal["direct"]  # up to it anything may be bought directly
    baht: int = Field(gt=0, le=10**12)
    since: Day


# Section 56 (2) (ข) of the Procurement Act 2560 and the ministerial regulation on amounts, ข้อ 1;
# both in force since 23 สิงหาคม 2560.
LAW_THRESHOLDS = (Threshold(name="direct", baht=500_000, since=date(2017, 8, 23)),)


def in_force(thresholds: Iterable[Threshold], name: str, day: date) -> int | None:
    """Return the amount in force on a (Gregorian) day, in satang; None before the first.

    Of two from the same day the one given later counts.

    >>> in_force(LAW_THRESHOLDS, "direct", date(2024, 10, 1))
    50000000
    """
    begun = [one for one in thresholds if one.name == name and one.since <= day]
    return max(reversed(begun), key=lambda one: one.since).baht * 100 if begun else None


def _database(url: str) -> str:
    """Refuse what is no address of PostgreSQL; no fault quotes it, for a password may be in it."""
    if not url:
        return url
    kind, _, rest = url.partition("://")
    if kind not in {"postgresql", "postgresql+psycopg"} or not rest:
        raise target_fault("ledger.url ต้องเป็นแบบ postgresql+psycopg://ผู้ใช้@เครื่อง/ฐานข้อมูล")
    try:
        parts = urlsplit(url)
        password, _ = parts.password, parts.port
    except ValueError:
        raise target_fault("ledger.url อ่านไม่ได้ กรุณาตรวจชื่อเครื่องและหมายเลขพอร์ต") from None
    if password is not None or re.search(r"(^|&)(password|passfile)=", parts.query):
        raise target_fault("ห้ามใส่รหัสผ่านใน ledger.url กรุณาใช้ secret_env หรือ secret_file แทน")
    if _STEERS.search(unquote(url)) or not parts.path.strip("/") or parts.fragment:
        raise target_fault(
            "ledger.url ต้องบอกชื่อฐานข้อมูล เช่น postgresql+psycopg://ผู้ใช้@เครื่อง/sokhoro1"
        )
    return url


class LedgerPlace(_Part):
    """Where the ledger is, when it is not a file of this workspace alone, and whose part of it.

    ``url`` is a database of PostgreSQL, ``file`` a file of SQLite that other agencies share; its
    password stands in a variable of the environment or in a file that only its owner may read.
    """

    url: Annotated[Text, AfterValidator(_database)] = ""
    file: Text = ""
    agency: Annotated[str, StringConstraints(pattern=r"^([0-9A-Za-z][0-9A-Za-z._-]{0,62})?$")] = ""
    secret_env: Text = ""
    secret_file: Text = ""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.url and self.file:
            raise target_fault("ให้ใช้ ledger.url หรือ ledger.file อย่างเดียว")
        if self.secret_env and self.secret_file:
            raise target_fault("ledger: ให้ใช้ secret_env หรือ secret_file อย่างเดียว")
        if (self.secret_env or self.secret_file) and not self.url:
            raise target_fault("ledger.secret_env และ secret_file ใช้กับ ledger.url เท่านั้น")
        return self


class Limits(_Part):
    """What one workbook may cost."""

    file_mib: int = Field(default=25, ge=1)
    wall_seconds: int = Field(default=120, ge=1)
    memory_mib: int = Field(default=1536, ge=256)


class Watch(_Part):
    """How often ``watch`` looks, when it works in any case, how long one pass may take."""

    poll_seconds: float = Field(default=60, ge=1, le=3600, allow_inf_nan=False)
    daily_at: Annotated[str, StringConstraints(pattern=HOUR)] = "08:30"
    pass_minutes: int = Field(default=60, ge=1, le=1440)


class Work(_Part):
    """Where the work on files is done; it changes no byte of what comes out.

    "pool" is as many processes as there are processors, or ``processes`` of them.
    """

    executor: Annotated[
        str, StringConstraints(pattern=r"^(serial|pool|dask://[A-Za-z0-9.:\[\]-]+:[0-9]{1,5})$")
    ] = "pool"
    processes: int = Field(default=0, ge=0, le=256)


class AnnouncementFeed(_Part):
    """e-GP's feed of announcements: where it is asked, for what, and when; no address: never.

    ``department`` stands instead of ``organisation.egp_department``. Nothing but W0, D0, D1 and B0
    was ever seen to be answered; the other codes cost a question each.
    """

    address: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s\"'<>#]+)?$")] = ""
    department: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,10}$")] = ""
    codes: tuple[Code, ...] = Field(default=CODES, min_length=1, strict=False)
    # Outside of office hours: then it does not answer (DOMAIN §9).
    hours: tuple[Annotated[str, StringConstraints(pattern=HOUR)], ...] = Field(
        default=("18:00", "22:00", "06:00"), min_length=1, max_length=24, strict=False
    )


TARGET_KINDS = ("file", "ftp", "ftps", "sftp", "webdav+https", "webdav+http", "s3")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # C:\\ is a folder of Windows
_STEERS = re.compile(r"[\x00-\x1f\x7f]")  # would end a line of a protocol
# What Windows opens as a device whatever stands after the dot.
_DEVICES = re.compile(r"(con|nul|aux|prn|com[0-9]|lpt[0-9])")


def target_fault(sentence: str) -> PydanticCustomError:
    """Return an error whose sentence is shown as it is, without what was typed."""
    return PydanticCustomError("target", "{sentence}", {"sentence": sentence})


def _file_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name) or _DEVICES.fullmatch(name):
        raise target_fault(
            "ชื่อปลายทาง (name) ต้องเป็นอักษรอังกฤษตัวเล็ก ตัวเลข หรือขีดกลาง ไม่เกิน 31 ตัว เช่น web"
        )
    return name


def _without_password(url: str) -> str:
    """Refuse what is no address of a target; no fault quotes it, for a password may be in it."""
    if _STEERS.search(unquote(url)):
        raise target_fault("url ของปลายทางมีอักขระควบคุม กรุณาพิมพ์ใหม่")
    if not (found := _ADDRESS.match(url)):
        return url
    if found[1] not in TARGET_KINDS:
        raise target_fault(f"ไม่รู้จัก url แบบ {found[1]}:// ใช้ได้คือ {' '.join(TARGET_KINDS)}")
    try:
        parts = urlsplit(url)
        port, host, password = parts.port, parts.hostname, parts.password
    except ValueError:
        raise target_fault("url ของปลายทางอ่านไม่ได้ กรุณาตรวจชื่อเครื่องและหมายเลขพอร์ต") from None
    if password is not None:
        raise target_fault("ห้ามใส่รหัสผ่านใน url กรุณาใช้ secret_env หรือ secret_file แทน")
    if port == 0 or (host is None) != (found[1] == "file") or parts.query or parts.fragment:
        raise target_fault(
            "url ของปลายทางต้องเป็นแบบ แบบ://เครื่อง/โฟลเดอร์ ไม่มี ? หรือ # (file:///โฟลเดอร์ ไม่มีเครื่อง)"
        )
    return url


class Target(_Part):
    """A place on the office's web server that each release is brought to.

    Paths count from the configuration file. What is secret stands elsewhere: in a variable of the
    environment or in a file that only its owner may read.
    """

    name: Annotated[Text, AfterValidator(_file_name)]
    url: Annotated[Name, AfterValidator(_without_password)]
    user: Text = ""  # instead of the one in the URL; the access key of S3
    secret_env: Text = ""
    secret_file: Text = ""
    key_file: Text = ""  # SFTP: the private key; the secret, if any, opens it
    host_key: Text = ""  # SFTP: "ssh-ed25519 AAAA…" or "SHA256:…"
    known_hosts: Text = ""
    ca_file: Text = ""  # who vouches for the server, where the system does not know
    endpoint: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s@?#]+)?$")] = ""
    region: Text = ""
    timeout_seconds: float = Field(default=30, ge=1, le=600, allow_inf_nan=False)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.secret_env and self.secret_file:
            raise target_fault(f"ปลายทาง {self.name}: ให้ใช้ secret_env หรือ secret_file อย่างเดียว")
        if self.user and urlsplit(self.url).username:
            raise target_fault(f"ปลายทาง {self.name}: มีชื่อผู้ใช้ทั้งใน url และใน user ให้เหลือแห่งเดียว")
        return self

    @property
    def kind(self) -> str:
        """One of ``TARGET_KINDS``."""
        found = _ADDRESS.match(self.url)
        return found[1] if found else "file"


def _named_once(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    names = [target.name for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise target_fault(f"มีปลายทางชื่อ {name} มากกว่าหนึ่งแห่ง กรุณาตั้งชื่อให้ต่างกัน")
    return targets


class Settings(_Part):
    """The whole file."""

    organisation: Organisation
    folders: Folders = Folders()
    inbox: Inbox = Inbox()
    site: Site = Site()
    open_data: OpenData = OpenData()
    ita: Ita = Ita()
    report: Report = Report()
    due: Due = Due()
    reminders: Reminders = Reminders()
    ledger: LedgerPlace = LedgerPlace()
    limits: Limits = Limits()
    watch: Watch = Watch()
    work: Work = Work()
    announcements: AnnouncementFeed = AnnouncementFeed()
    hold_for_explanation: Hold = "until_due"
    # New amounts of the law; those that the program knows stay in force until then.
    thresholds: tuple[Threshold, ...] = Field(default=(), strict=False)
    channels: tuple[Channel, ...] = Field(default=(), strict=False)
    targets: Annotated[tuple[Target, ...], AfterValidator(_named_once)] = Field(
        default=(), strict=False
    )

    @model_validator(mode="after")
    def _asks_for_somebody(self) -> Self:
        if self.announcements.address and not self.feed_department:
            raise target_fault(  # without it the feed answers nothing, or the whole country
                "announcements.address ต้องใช้รหัสหน่วยงาน กรุณากำหนด organisation.egp_department"
            )
        return self

    @property
    def feed_department(self) -> str:
        """For whose announcements e-GP is asked."""
        return self.announcements.department or self.organisation.egp_department

    @property
    def amounts(self) -> tuple[Threshold, ...]:
        """The thresholds of the law with those that the office added."""
        return (*LAW_THRESHOLDS, *self.thresholds)


# Its folder, its part of the ledger and its address on the overview: no letter that a file system
# or a browser takes for another.
AGENCY = r"^[0-9a-z][0-9a-z-]{0,31}$"


class Agency(_Part):
    """One of many offices: the folder with its own configuration, inbox and output."""

    id: Annotated[str, StringConstraints(pattern=AGENCY)]
    folder: Name


def _agencies_once(agencies: tuple[Agency, ...]) -> tuple[Agency, ...]:
    for what in ("id", "folder"):
        seen: set[str] = set()
        for agency in agencies:
            said: str = getattr(agency, what)
            if said in seen:
                raise target_fault(f"มีหน่วยงานที่ {what} เป็น {said} มากกว่าหนึ่งแห่ง")
            seen.add(said)
    return agencies


class Agencies(_Part):
    """``agencies.toml``: offices that share a ledger, and what is shown of all of them."""

    name: Name
    output: Name = "output"
    work: Work = Work()
    agencies: Annotated[tuple[Agency, ...], AfterValidator(_agencies_once)] = Field(
        default=(), strict=False
    )

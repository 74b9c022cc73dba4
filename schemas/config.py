"""``sokhoro1.toml``: every key with its default; only the organisation's name has none."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from schemas.summary import Numerals

Hold = Literal["until_due", "always", "never"]
Audience = Literal["finance", "it"]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
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


class Inbox(_Part):
    """How a dropped file is taken."""

    settle_seconds: float = Field(default=10, ge=0, le=3600, allow_inf_nan=False)


class Site(_Part):
    """How the public pages look and where they will stand."""

    numerals: Numerals = "thai"
    base_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s\"'<>]+)?$")] = ""


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


class Limits(_Part):
    """What one workbook may cost."""

    file_mib: int = Field(default=25, ge=1)
    wall_seconds: int = Field(default=120, ge=1)
    memory_mib: int = Field(default=1536, ge=256)


class Watch(_Part):
    """How often ``watch`` looks, when it works in any case, how long one pass may take."""

    poll_seconds: float = Field(default=60, ge=1, le=3600, allow_inf_nan=False)
    daily_at: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = (
        "08:30"
    )
    pass_minutes: int = Field(default=60, ge=1, le=1440)


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
    due: Due = Due()
    reminders: Reminders = Reminders()
    limits: Limits = Limits()
    watch: Watch = Watch()
    hold_for_explanation: Hold = "until_due"
    # New amounts of the law; those that the program knows stay in force until then.
    thresholds: tuple[Threshold, ...] = Field(default=(), strict=False)
    channels: tuple[Channel, ...] = Field(default=(), strict=False)
    targets: Annotated[tuple[Target, ...], AfterValidator(_named_once)] = Field(
        default=(), strict=False
    )

    @property
    def amounts(self) -> tuple[Threshold, ...]:
        """The thresholds of the law with those that the office added."""
        return (*LAW_THRESHOLDS, *self.thresholds)

"""Announcements of projects: their kinds as e-GP knows them, where one was seen, and its address.

What the feed never showed is unknown, not missing: it holds some twenty items and no history.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from schemas.month import Month
from schemas.personal import without_citizens
from schemas.thai import arabic_digits, fold, visible


@dataclass(frozen=True)
class Kind:
    """A kind of announcement; ``code`` is what e-GP's feed is asked for, "" where it has none.

    ``said`` are folded words by which a file's name or text tells it.
    """

    id: str
    code: str
    words: str
    said: tuple[str, ...]


# The kinds in the order in which a project meets them (DOMAIN §9). No code is known for the
# essence of the contract (section 98): it comes as a file or as a link of finance.
KINDS = (
    Kind("plan", "P0", "แผนการจัดซื้อจัดจ้าง", ("แผนการจัดซื้อจัดจ้าง", "แผนจัดซื้อจัดจ้าง")),
    Kind("reference_price", "15", "ราคากลาง", ("ราคากลาง",)),
    Kind("draft", "B0", "ร่างเอกสารประกวดราคา", ("ร่างเอกสาร", "ร่างประกาศ", "ร่างขอบเขตของงาน")),
    Kind("invitation", "D0", "ประกาศเชิญชวน", ("เชิญชวน", "ประกาศประกวดราคา", "ประกาศสอบราคา")),
    Kind("invitation_cancelled", "D1", "ยกเลิกประกาศเชิญชวน", ("ยกเลิกประกาศเชิญชวน",)),
    Kind("invitation_changed", "D2", "เปลี่ยนแปลงประกาศเชิญชวน", ("เปลี่ยนแปลงประกาศเชิญชวน",)),
    Kind("winner", "W0", "ประกาศผู้ชนะการเสนอราคา", ("ผู้ชนะ", "ผู้ได้รับการคัดเลือก")),
    Kind("winner_cancelled", "W1", "ยกเลิกประกาศผู้ชนะการเสนอราคา", ("ยกเลิกประกาศผู้ชนะ",)),
    Kind("winner_changed", "W2", "เปลี่ยนแปลงประกาศผู้ชนะการเสนอราคา", ("เปลี่ยนแปลงประกาศผู้ชนะ",)),
    Kind("contract", "", "สาระสำคัญในสัญญา", ("สาระสำคัญ",)),
)
KIND = {kind.id: kind for kind in KINDS}
KIND_OF_CODE = {kind.code: kind for kind in KINDS if kind.code}
Code = Literal["P0", "15", "B0", "D0", "D1", "D2", "W0", "W1", "W2"]
CODES: tuple[Code, ...] = get_args(Code)
UNKNOWN_KIND = "ไม่ทราบชนิดของประกาศ"

Source = Literal["feed", "file", "workbook"]
SOURCE_WORDS: Mapping[Source, str] = {
    "feed": "ระบบ e-GP",
    "file": "ไฟล์จากกองคลัง",
    "workbook": "ลิงก์ในไฟล์ของกองคลัง",
}


@dataclass(frozen=True)
class Announcement:
    """One announcement as it was seen; None is "nobody said it".

    ``kind`` is the id of one of KINDS. ``day`` is the one that the announcement bears, ``seen``
    the day on which it first came to us, both Gregorian. ``url`` is an address that may be a link
    (``egp_link``), ``path`` a file of the site from its root; both "" where there is neither.
    """

    kind: str | None
    title: str | None
    day: date | None
    seen: date | None
    source: Source
    egp_project_number: str | None = None
    url: str = ""
    path: str = ""

    @property
    def words(self) -> str:
        return KIND[self.kind].words if self.kind else UNKNOWN_KIND

    @property
    def place(self) -> int:
        """Its place in the chain; an unknown kind stands last."""
        return PLACES[self.kind] if self.kind else len(KINDS)

    @property
    def source_words(self) -> str:
        return SOURCE_WORDS[self.source]

    @property
    def on_egp(self) -> bool:
        return bool(egp_link(self.url))

    def public_json(self) -> dict[str, str | None]:
        """Return it as the JSON of a row shows it (``rows[].announcements``)."""
        return {
            "kind": self.kind,
            "title": self.title,
            "date": self.day.isoformat() if self.day else None,
            "url": self.url or None,
            "source": self.source,
        }


PLACES = {kind.id: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Announcements:
    """All that is known: by e-GP project number, and by row (month and fingerprint).

    ``looked`` is False while nobody ever asked e-GP nor gave us any. ``news`` are the (Gregorian)
    days on which something was learnt; ``copies`` the sha256 of each file to publish, by its path
    in the site. ``asked`` is the day since which e-GP's feed answers us, None: never.
    """

    by_project: Mapping[str, tuple[Announcement, ...]] = field(default_factory=dict)
    by_row: Mapping[tuple[Month, str], tuple[Announcement, ...]] = field(default_factory=dict)
    looked: bool = False
    news: tuple[date, ...] = ()
    copies: Mapping[str, str] = field(default_factory=dict)
    asked: date | None = None

    def since(self, day: date | None, today: date) -> bool:
        """True when something was learnt after ``day`` and up to today."""
        return any((day is None or day < one) and one <= today for one in self.news)


NOTHING_KNOWN = Announcements()


# ---- numbers, addresses, words

_PROJECT = re.compile(r"(?<![0-9])(?:[PE])?([4-9][0-9](?:0[1-9]|1[0-2])[0-9]{7})(?![0-9])")


def projects_in(text: str) -> list[str]:
    """Return the e-GP project numbers that a text names, each once, in its order.

    11 digits: the Buddhist year, the month, seven more; also behind P (plan) or E (announcement).

    >>> projects_in("ประกาศผู้ชนะ ๖๗๑๐๙๐๐๐๐๐๑ (E67109000001) โทร 0812345678")
    ['67109000001']
    """
    return list(dict.fromkeys(_PROJECT.findall(arabic_digits(text))))


# Browsers take «\\» for «/» and drop blanks: only what every reader takes alike is a link.
_EGP = re.compile(
    r"https?://(?:[a-z0-9-]+\.)*gprocurement\.go\.th(?::(?:80|443))?"
    r"(?:[/?#][!#$%&()*+,./0-9:;=?@A-Z_a-z~-]*)?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[!#$%&()*+,./0-9:;=?@A-Z_a-z~-]+", re.IGNORECASE)
LONGEST_LINK = 1_000


def egp_link(text: str) -> str:
    """Return the address as it may stand in a page: of e-GP, http(s); "" for any other.

    An address with a citizen's number in it is none either (promise 10).

    >>> egp_link("https://process5.gprocurement.go.th/x?a=1&b=2")
    'https://process5.gprocurement.go.th/x?a=1&b=2'
    >>> egp_link("https://gprocurement.go.th.example.com/"), egp_link("javascript:alert(1)")
    ('', '')
    """
    link = text.strip()
    if len(link) > LONGEST_LINK or not _EGP.fullmatch(link) or without_citizens(link) != link:
        return ""
    return link


def own_link(text: str, base_url: str) -> str:
    """Return an address below the office's own website; "" for any other, or where it has none.

    >>> own_link("https://www.example.go.th/news/1", "https://www.example.go.th/sokhoro1/")
    'https://www.example.go.th/news/1'
    """
    link = text.strip()
    home = re.match(r"https?://([a-z0-9.-]+)", base_url.strip(), re.IGNORECASE)
    host = re.match(r"https?://([a-z0-9.-]+)(?::(?:80|443))?(?:[/?#]|$)", link, re.IGNORECASE)
    if not home or not host or home[1].casefold() != host[1].casefold():
        return ""
    if len(link) > LONGEST_LINK or not _ADDRESS.fullmatch(link) or without_citizens(link) != link:
        return ""
    return link


def addresses_in(text: str) -> list[str]:
    """Return what a cell says in its lines and words, in its order."""
    return visible(text).split()


def kind_in(texts: Iterable[str]) -> str | None:
    """Return the kind (id) that the first text with any words of one tells; None for none.

    The words that stand first count, as titles do: an announcement of a winner goes on about the
    invitation and the reference price. «ยกเลิกประกาศผู้ชนะ» begins before «ผู้ชนะ».

    >>> kind_in(["67109000001.pdf", "ประกาศ เทศบาล เรื่อง ยกเลิกประกาศเชิญชวน"])
    'invitation_cancelled'
    """
    for text in texts:
        folded = fold(text)
        told = [
            (folded.index(words), -len(words), kind.id)
            for kind in KINDS
            for words in kind.said
            if words in folded
        ]
        if told:
            return min(told)[2]
    return None


# ---- what e-GP's feed served


@dataclass(frozen=True)
class Served:
    """An item of the feed, as it was served last. ``code`` is what was asked for.

    ``project`` is "" where neither link nor description has the number; ``link`` is one that may
    stand in a page, or "". ``seen`` is the (Gregorian, Bangkok) day on which it came first.
    """

    code: str
    project: str
    link: str
    title: str
    published_on: date | None
    description: str
    seen: date | None = None

    @property
    def key(self) -> str:
        """By what an item is known again: a title alone only where there is nothing better."""
        return "|".join(
            (self.code, self.project, self.link or ("" if self.project else self.title))
        )

    @property
    def announcement(self) -> Announcement:
        return Announcement(
            KIND_OF_CODE[self.code].id,
            without_citizens(self.title) or None,
            self.published_on,
            self.seen,
            "feed",
            self.project or None,
            egp_link(self.link),
        )


# Why an answer of the feed is none. None of them is an alarm: the feed is often away by day.
OUTAGES: Mapping[str, str] = {
    "unreachable": "ติดต่อไม่ได้หรือไม่ตอบภายในเวลา",
    "refused": "ตอบว่าไม่ให้บริการ",
    "rejected": "ระบบป้องกันปฏิเสธคำขอ (Request Rejected)",
    "page": "ตอบเป็นหน้าเว็บ ไม่ใช่รายการประกาศ",
    "empty": "ตอบว่างเปล่า",
    "too-large": "ตอบยาวเกินกว่าที่รับ",
    "not-whole": "ตอบไม่ครบ",
    "unreadable": "ตอบในรูปแบบที่อ่านไม่ได้",
    "others": "ตอบเป็นรายการของหน่วยงานอื่น",
}
ANSWERED = "answered"


@dataclass(frozen=True)
class FeedAnswer:
    """What became of one question to the feed: ANSWERED or one of OUTAGES. ``at`` is aware."""

    code: str
    at: datetime
    outcome: str
    items: int = 0
    fresh: int = 0  # how many of them were never seen before, or have changed


# ---- files that finance dropped

# What is the matter with a file. The last three are told of one that is, or may be, public.
TROUBLES: Mapping[str, str] = {
    "without-number": "ไม่พบเลขที่โครงการ e-GP (ตัวเลข 11 หลัก) ในชื่อไฟล์หรือในเนื้อหา "
    "กรุณาใส่เลขที่โครงการในชื่อไฟล์",
    "two-numbers": "พบเลขที่โครงการมากกว่าหนึ่งเลข ({projects}) "
    "กรุณาใส่เลขที่โครงการของประกาศนี้ในชื่อไฟล์เพียงเลขเดียว",
    "number-in-name": "ระบบอ่านเนื้อหาไม่ได้ (เป็นภาพหรือ Word รุ่นเก่า) จะเผยแพร่เมื่อใส่เลขที่โครงการในชื่อไฟล์ "
    "ซึ่งถือว่าท่านตรวจแล้วว่าไม่มีเลขประจำตัวประชาชน",
    "citizen-number": "มีเลขประจำตัวประชาชนในไฟล์ จึงไม่เผยแพร่ กรุณาปิดทับเลขแล้ววางไฟล์ใหม่",
    "other-file": "ไม่ใช่ไฟล์ประกาศที่รับได้ ({reason}) กรุณาวางเป็น PDF, ภาพ JPG หรือ PNG, หรือ Word",
    "damaged": "เปิดไฟล์ไม่ได้ ({reason}) กรุณาบันทึกเป็น PDF แล้ววางใหม่",
    "duplicate": "เนื้อหาเหมือนกับไฟล์ «{other}» จึงเผยแพร่เพียงไฟล์เดียว กรุณาลบไฟล์ที่ซ้ำ",
    "two-projects": "ไฟล์เดียวกันวางไว้สองชื่อที่มีเลขที่โครงการต่างกัน ({projects}) "
    "จึงยังไม่เผยแพร่ กรุณาเหลือไว้ชื่อเดียว",
    "no-row": "แบบ สขร.๑ ที่เผยแพร่แล้วยังไม่มีรายการเลขที่โครงการ {projects} ระบบจะเผยแพร่ไฟล์นี้เมื่อมี "
    "หากเลขผิดกรุณาแก้ชื่อไฟล์",
    "unread": "ใช้เลขที่โครงการในชื่อไฟล์ ระบบอ่านเนื้อหาไม่ได้ กรุณาตรวจเองว่าไม่มีเลขประจำตัวประชาชน",
    "unknown-kind": "ไม่ทราบว่าเป็นประกาศชนิดใด กรุณาใส่ชนิดในชื่อไฟล์ เช่น «ประกาศผู้ชนะ 67109000001»",
}


@dataclass(frozen=True)
class AnnouncementFile:
    """A dropped file as it was read: ``ending`` is that of its kind, "" for one of no use.

    ``read`` is False where no program can tell what stands in it. ``trouble`` is a key of
    TROUBLES, "" for none, ``reason`` a few words of it.
    """

    file: str  # path in the inbox
    sha256: str
    received_on: date
    ending: str
    projects: tuple[str, ...] = ()
    kind: str | None = None
    read: bool = False
    trouble: str = ""
    reason: str = ""
    day: str | None = None  # ISO, Gregorian: of the announcement, where its text says it
    lies: bool = True  # still in the inbox, with these bytes

    @classmethod
    def of(cls, told: Mapping[str, Any], **where: Any) -> "AnnouncementFile":  # noqa: ANN401
        """Return the file of which plain values are told."""
        return cls(**{**told, "projects": tuple(told.get("projects", ()))}, **where)

    @property
    def must_be_mended(self) -> bool:
        """True while somebody must do something before it can be published."""
        return bool(self.trouble)

    @property
    def may_be_public(self) -> bool:
        """True for one that may be copied to the site, where its project has a row."""
        return bool(self.ending) and len(self.projects) == 1 and not self.trouble

    @property
    def announcement(self) -> Announcement:
        return Announcement(
            self.kind,
            None,
            date.fromisoformat(self.day) if self.day else None,
            self.received_on,
            "file",
            self.projects[0],
        )

    def trouble_words(self, other: str = "") -> str:
        facts = {"projects": " ".join(self.projects), "reason": self.reason, "other": other}
        return TROUBLES[self.trouble].format(**facts) if self.trouble else ""

"""What people are told outside of the replies: reminders, returned files, alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.config import Audience, Channel

# The number tells a person that a message which came twice is one.
SUBJECT = "{subject} (แจ้งที่ {number}{again})"
AGAIN = " ส่งซ้ำ"
NO_ADDRESS = "ที่อยู่ของช่องทางไม่ถูกต้องตามรูปแบบของ Apprise"
NOT_SENT = "ส่งไม่สำเร็จ"
SILENCE = (
    "ระบบไม่ได้ทำงานตั้งแต่วันที่ {last} จนถึงรอบนี้ ({days} วัน) งานที่ค้างทำในรอบนี้แล้ว "
    "กรุณาตรวจว่าเครื่องหรือ sokhoro1 watch หยุดเพราะเหตุใด"
)

FEED_SILENCE = (
    "RSS ประกาศของ e-GP ไม่ตอบเลยตั้งแต่วันที่ {since} ({days} วัน) ประกาศระหว่างนี้อาจไม่ถูกเก็บ "
    "กรุณาตรวจอินเทอร์เน็ตของเครื่องและ announcements.address ในไฟล์ตั้งค่า"
)


@dataclass(frozen=True)
class Notice:
    """One message, before it has a number. ``keys`` say what it is about: nobody is told twice.

    ``part`` is the division it is for, "" the office. No cell of a workbook stands in it: messages
    pass through other people's machines.
    """

    keys: tuple[str, ...]
    audience: Audience
    part: str
    subject: str
    text: str

    def is_for(self, channel: Channel) -> bool:
        """True when this channel tells those for whom the message is."""
        reaches = not channel.divisions or self.part in channel.divisions
        return self.audience in channel.tell and reaches


@dataclass(frozen=True)
class Try:
    """One attempt to send; ``trouble`` is "" when it went out, None when nobody knows."""

    channel: str
    began_at: datetime  # aware
    trouble: str | None


@dataclass(frozen=True)
class Queued:
    """A notice in the queue: its key, its number among the agency's, its Gregorian day."""

    key: int
    number: int
    made_on: date
    notice: Notice
    tries: Sequence[Try]

    def tries_on(self, channel: str) -> list[Try]:
        return [one for one in self.tries if one.channel == channel]

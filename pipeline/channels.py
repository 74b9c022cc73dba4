"""One message → one channel, through Apprise: mail, LINE, Telegram, a web hook and 170 others."""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline import CannotRunError
from pipeline.pages import draw
from pipeline.secret import SecretError, secret_of
from schemas.config import Channel, Settings
from schemas.notice import NO_ADDRESS, NOT_SENT

SHORTEST_SECRET = 4  # letters of a token that must not be shown
LONGEST_TROUBLE = 300
TOLD = {"WARNING", "ERROR", "CRITICAL"}


def send(url: str, subject: str, text: str) -> str:
    """Send a message; return what went wrong, "" when it went out. No secret stands in it."""
    import apprise  # 0.15 s that a pass without messages does not need

    log = apprise.LogCapture(level=logging.DEBUG, fmt="%(levelname)s %(message)s")  # type: ignore[no-untyped-call]
    with log as said:
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            return NO_ADDRESS
        many = apprise.Apprise()
        many.add(service)
        # TEXT: else a stranger's file name would be markup in the HTML part of a mail.
        if many.notify(body=text, title=subject, body_format=apprise.NotifyFormat.TEXT):
            return ""
        return _without_secrets(said.getvalue(), url) or NOT_SENT


def try_channels(settings: Settings) -> Iterator[tuple[Channel, str]]:
    """Send each channel a message by which its people see that it works; yield the trouble."""
    organisation = settings.organisation.name
    drawn = draw("notices/trial.txt", settings.site.numerals, organisation=organisation)
    yield from _send_to_all(drawn, settings.channels)


def tell_keeper(sentences: Sequence[str], settings: Settings) -> Iterator[tuple[Channel, str]]:
    """Send at once, past the queue, what the keeper must know: the ledger may be what is broken.

    Yields each channel that reaches the keeper of the machine, and the trouble with it.
    """
    organisation = settings.organisation.name
    facts = {"organisation": organisation, "sentences": sentences}
    drawn = draw("notices/alarm.txt", settings.site.numerals, **facts)
    yield from _send_to_all(drawn, [c for c in settings.channels if "it" in c.tell])


def _send_to_all(drawn: bytes, channels: Iterable[Channel]) -> Iterator[tuple[Channel, str]]:
    """Send a drawn message, whose first line is the subject."""
    subject, _, text = drawn.decode().partition("\n")
    for channel in channels:
        try:
            yield channel, send(address_of(channel), subject, text.strip() + "\n")
        except CannotRunError as error:
            yield channel, str(error)


def _without_secrets(said: str, url: str) -> str:
    """Hide every piece of the address: which of them is the password depends on the service."""
    lines = [one.partition(" ") for one in said.splitlines()]
    # What it says of its errors, and why; never what it sent.
    told = [text for level, _, text in lines if level in TOLD or "Exception" in text]
    line = " ".join(" ".join(told).split())[:LONGEST_TROUBLE]
    pieces = {piece for piece in re.split(r"[^\w.-]+", url) if len(piece) >= SHORTEST_SECRET}
    for piece in sorted(pieces, key=len, reverse=True):
        line = line.replace(piece, "…")
    return line


def address_of(channel: Channel) -> str:
    """Return the address of a channel, which holds its password or token.

    Errors: CannotRunError when it is not there, or when others may read it.
    """
    try:
        address = secret_of(channel.secret_env, channel.secret_file)
    except SecretError as error:
        raise CannotRunError(f"ช่องทาง {channel.name}: {error}") from None
    if not address:
        raise CannotRunError(f"ช่องทาง {channel.name}: ต้องระบุ secret_env หรือ secret_file")
    return address

"""FTP, and FTP with explicit TLS on both connections (``ftps://``). The standard library's own.

``ftp://host/web`` is ``web`` in the folder that the login leads to, ``ftp://host//web`` is /web.
Plain FTP sends the password readable for everybody on the way: for a wire that is one's own.
"""

import ftplib
import io
import socket
import ssl
from contextlib import suppress

from pipeline.targets import (
    PIECE,
    TEMPORARY,
    Patience,
    login_refused,
    place_of,
    trusted,
)
from schemas.config import Target

TROUBLES = (*ftplib.all_errors, ValueError)
PORT = 21
NO_FILE = "550"  # other refusals are of servers that do not know the question


class _ExplicitTLS(ftplib.FTP_TLS):
    """Data connections go on in the TLS session of the first: many servers insist on it."""

    def ntransfercmd(
        self, cmd: str, rest: int | str | None = None
    ) -> tuple[socket.socket, int | None]:
        link, size = super(ftplib.FTP_TLS, self).ntransfercmd(cmd, rest)
        session = getattr(self.sock, "session", None)
        return self.context.wrap_socket(link, server_hostname=self.host, session=session), size


def connect(target: Target, secret: str, patience: Patience) -> "FtpStore":
    return FtpStore(target, secret, patience)


def _log_in(link: ftplib.FTP, user: str, secret: str, target: Target) -> None:
    try:
        link.login(user, secret)  # TLS first, where it is asked for
    except ftplib.error_perm as error:
        raise login_refused(target, error) from None
    if isinstance(link, ftplib.FTP_TLS):
        link.prot_p()
    with suppress(ftplib.error_perm):
        link.sendcmd("OPTS UTF8 ON")  # older servers of Windows; others say no


class FtpStore:
    """Files below a folder of an FTP server."""

    def __init__(self, target: Target, secret: str, patience: Patience) -> None:
        self._target, self._secret, self._patience = target, secret, patience
        self._base = place_of(target)[2].removeprefix("/")
        self._made = {"", "/"}
        self._link = self._connected()

    def _connected(self) -> ftplib.FTP:
        host, port, _, user = place_of(self._target)
        link = (
            _ExplicitTLS(timeout=self._patience.answer, context=trusted(self._target))
            if self._target.kind == "ftps"
            else ftplib.FTP(timeout=self._patience.answer)  # noqa: S321 - the office chose ftp://
        )
        try:
            link.connect(host, port or PORT)
            _log_in(link, user, self._secret, self._target)
        except BaseException:
            link.close()
            raise
        return link

    def read(self, path: str, most: int) -> bytes | None:
        content = b""
        self._link.voidcmd("TYPE I")
        try:
            # Asked first: what is missing costs no data connection.
            self._link.size(self._at(path))
        except ftplib.error_perm as error:
            if str(error).startswith(NO_FILE):
                return None
        try:
            data = self._link.transfercmd(f"RETR {self._at(path)}")
        except ftplib.error_perm:
            return None  # the answer does not tell what is missing from what is forbidden
        with data:
            while len(content) <= most and (
                piece := data.recv(min(PIECE, most + 1 - len(content)))
            ):
                content += piece
                self._patience.check()
            if len(content) <= most and isinstance(data, ssl.SSLSocket):
                data.unwrap()  # the end of a file, not of a cut line
        if len(content) > most:  # more would come: this connection is of no more use
            self._link.close()
            self._link = self._connected()
        else:
            self._link.voidresp()
        return content

    def write(self, path: str, content: bytes) -> None:
        target, fresh = self._at(path), self._at(TEMPORARY)
        self._make_folder(target.rpartition("/")[0])
        self._make_folder(self._base)
        self._link.storbinary(f"STOR {fresh}", io.BytesIO(content), PIECE, self._go_on)
        try:
            self._link.rename(fresh, target)
        except ftplib.error_perm:  # a server that renames over nothing
            self.remove(path)
            self._link.rename(fresh, target)

    def remove(self, path: str) -> None:
        try:
            self._link.delete(self._at(path))
        except ftplib.error_perm:
            if self.read(path, 0) is not None:
                raise

    def close(self) -> None:
        self._link.close()

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}" if self._base else path

    def _go_on(self, _: object) -> None:
        self._patience.check()

    def _make_folder(self, folder: str) -> None:
        """Whether it is there now, the next write tells."""
        if folder in self._made:
            return
        self._make_folder(folder.rpartition("/")[0])
        with suppress(ftplib.error_perm):
            self._link.mkd(folder)
        self._made.add(folder)

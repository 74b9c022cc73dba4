"""WebDAV: ``webdav+https://user@host/path``. GET, PUT, MOVE, MKCOL and DELETE over http.client.

The password goes as Basic: with ``webdav+http`` everybody on the way can read it. Redirects are
not followed: the password would go along.
"""

import base64
import http.client
from urllib.parse import quote

from pipeline.targets import (
    PIECE,
    TEMPORARY,
    Patience,
    TargetError,
    login_refused,
    place_of,
    trusted,
)
from schemas.config import Target

TROUBLES = (OSError, EOFError, ValueError, http.client.HTTPException)
GONE = {404, 410}
DONE = {200, 201, 204}
NO_PARENT = {404, 409}
# What servers say that cannot move, or do not know their own name behind a proxy.
NO_MOVE = {400, 405, 501, 502}
ASKED_ONCE = {401, 403}


def connect(target: Target, secret: str, patience: Patience) -> "WebdavStore":
    return WebdavStore(target, secret, patience)


class WebdavStore:
    """Files below a collection of a WebDAV server."""

    def __init__(self, target: Target, secret: str, patience: Patience) -> None:
        host, port, base, user = place_of(target)
        self._target, self._patience = target, patience
        self._base, self._made = quote(base), {""}
        secure = target.kind == "webdav+https"
        self._link: http.client.HTTPConnection = (
            http.client.HTTPSConnection(
                host, port, timeout=patience.answer, context=trusted(target)
            )
            if secure
            else http.client.HTTPConnection(host, port, timeout=patience.answer)
        )
        named = f"[{host}]" if ":" in host else host
        self._origin = f"{'https' if secure else 'http'}://{named}" + (f":{port}" if port else "")
        self._login = {}
        if user or secret:
            word = base64.b64encode(f"{user}:{secret}".encode()).decode()
            self._login = {"Authorization": f"Basic {word}"}

    def read(self, path: str, most: int) -> bytes | None:
        status, content = self._ask("GET", self._at(path), most=most)
        if status in GONE:
            return None
        self._expect(status, DONE)
        return content

    def write(self, path: str, content: bytes) -> None:
        target, fresh = self._at(path), self._at(TEMPORARY)
        status, _ = self._ask("PUT", fresh, content)
        if status in NO_PARENT:
            self._make_folder(self._base)
            status, _ = self._ask("PUT", fresh, content)
        self._expect(status, DONE)
        self._make_folder(target.rpartition("/")[0])
        more = {"Destination": self._origin + target, "Overwrite": "T"}
        status, _ = self._ask("MOVE", fresh, more=more)
        if status in NO_MOVE:
            status, _ = self._ask("PUT", target, content)
            self.remove(TEMPORARY)
        self._expect(status, DONE)

    def remove(self, path: str) -> None:
        status, _ = self._ask("DELETE", self._at(path))
        self._expect(status, DONE | GONE)

    def close(self) -> None:
        self._link.close()

    def _at(self, path: str) -> str:
        return f"{self._base}/{quote(path)}"

    def _make_folder(self, folder: str) -> None:
        """Whether it is there now, the next write tells."""
        if folder in self._made:
            return
        # From the top: who may not look above the base gets "no" there and goes on.
        self._make_folder(folder.rpartition("/")[0])
        self._ask("MKCOL", folder)
        self._made.add(folder)

    def _expect(self, status: int, good: set[int]) -> None:
        if status in good:
            return
        if status in ASKED_ONCE:
            raise login_refused(self._target, f"HTTP {status}")
        raise TargetError(
            f"{self._target.url} ตอบสถานะ HTTP {status} กรุณาตรวจที่อยู่ สิทธิ์ และที่ว่างของบริการ WebDAV"
        )

    def _ask(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        more: dict[str, str] | None = None,
        most: int = PIECE,
    ) -> tuple[int, bytes]:
        """Return the status and what came, at most ``most + 1`` bytes of it."""
        headers = {"Accept-Encoding": "identity", **self._login, **(more or {})}
        self._link.request(method, path, content, headers)
        answer = self._link.getresponse()
        found = b""
        while len(found) <= most and (piece := answer.read1(min(PIECE, most + 1 - len(found)))):
            found += piece
            self._patience.check()
        if len(found) <= most and answer.length:
            raise ConnectionResetError  # http.client takes a cut line for the end
        if not answer.isclosed():
            self._link.close()  # more than was asked for
        return answer.status, found

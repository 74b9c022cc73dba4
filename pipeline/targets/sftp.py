"""SFTP: ``sftp://user@host:22/path``, with a password or a key. Needs paramiko.

A host is believed by ``host_key`` or by a known_hosts file, never because it answers.
"""

import base64
import hashlib
import io
import logging
import socket
import stat
from contextlib import suppress
from pathlib import Path

import paramiko

from pipeline.secret import SecretError, private
from pipeline.targets import (
    PIECE,
    TEMPORARY,
    Patience,
    TargetError,
    login_refused,
    place_of,
    shown,
    why_of,
)
from schemas.config import Target

TROUBLES = (OSError, EOFError, ValueError, paramiko.SSHException)
PORT = 22
USUAL_KNOWN_HOSTS = Path("~/.ssh/known_hosts")

# It would print its own tracebacks beside our one sentence.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


def connect(target: Target, secret: str, patience: Patience) -> "SftpStore":
    host, port, base, user = place_of(target)
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(_Stranger(target))
    _learn_hosts(client, target, host, port or PORT)
    key = _key(target, secret) if target.key_file else None
    begun = patience.clock()
    try:
        client.connect(
            host,
            port or PORT,
            user,
            sock=socket.create_connection((host, port or PORT), patience.answer),
            password=secret if key is None else None,
            pkey=key,
            look_for_keys=False,
            allow_agent=False,
            timeout=patience.answer,
            banner_timeout=patience.answer,
            auth_timeout=patience.answer,
            channel_timeout=patience.answer,
        )
        session = client.open_sftp()
    except paramiko.BadHostKeyException as error:
        client.close()
        raise _stranger(target, error.key) from None
    except paramiko.SSHException as error:
        client.close()
        if patience.clock() - begun >= patience.answer:
            raise TimeoutError from None  # the library has many names for it
        if isinstance(error, paramiko.AuthenticationException):
            raise login_refused(target, error) from None
        raise
    except BaseException:
        client.close()
        raise
    channel = session.get_channel()
    if channel is not None:
        channel.settimeout(patience.answer)
    return SftpStore(client, session, base, patience)


def fingerprint(key: paramiko.PKey) -> str:
    """Return the fingerprint of a host key, as ssh-keygen -l prints it."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _learn_hosts(client: paramiko.SSHClient, target: Target, host: str, port: int) -> None:
    """Tell the client which hosts there are; a fingerprint is left to ``_Stranger``."""
    if target.host_key.startswith("SHA256:"):
        return
    if target.host_key:
        name = host if port == PORT else f"[{host}]:{port}"
        line = None
        with suppress(paramiko.hostkeys.InvalidHostKey):
            line = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {target.host_key}")
        if line is None or line.key is None:
            raise TargetError(
                f"ปลายทาง {target.name}: host_key อ่านไม่ได้ ต้องเป็นแบบ ssh-ed25519 AAAA… หรือ SHA256:…"
            )
        client.get_host_keys().add(name, line.key.get_name(), line.key)
        return
    known = Path(target.known_hosts) if target.known_hosts else USUAL_KNOWN_HOSTS.expanduser()
    try:
        client.load_host_keys(str(known))
    except (OSError, ValueError, paramiko.hostkeys.InvalidHostKey) as error:
        why = shown(error) if not isinstance(error, OSError) else why_of(error, 0)
        raise TargetError(
            f"ปลายทาง {target.name}: ไม่มี host_key และอ่านไฟล์ {known} ไม่ได้ ({why}) "
            "กรุณาใส่ host_key ที่ได้จากผู้ดูแลเครื่องปลายทาง"
        ) from None


class _Stranger(paramiko.MissingHostKeyPolicy):
    """What to do with a host that no file names: let in only the one with the right print."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002 - the library's signature
        hostname: str,  # noqa: ARG002
        key: paramiko.PKey,
    ) -> None:
        if self._target.host_key.rstrip("=") != fingerprint(key):
            raise _stranger(self._target, key)


def _stranger(target: Target, key: paramiko.PKey) -> TargetError:
    return TargetError(
        f"{target.url} แสดงกุญแจ {key.get_name()} {fingerprint(key)} "
        "ซึ่งไม่ตรงกับ host_key หรือ known_hosts "
        "จึงไม่เชื่อมต่อ กรุณาสอบถามผู้ดูแลเครื่องปลายทางก่อนแก้ host_key เพราะอาจเป็นเครื่องอื่นที่แอบอ้าง"
    )


def _key(target: Target, secret: str) -> paramiko.PKey:
    try:
        text = private(target.key_file, "key_file").decode("utf-8", "replace")
    except SecretError as error:
        raise TargetError(str(error)) from None
    kinds: tuple[type[paramiko.PKey], ...] = (
        paramiko.Ed25519Key,
        paramiko.ECDSAKey,
        paramiko.RSAKey,
    )
    said: object = ""
    for kind in kinds:
        try:
            return kind.from_private_key(io.StringIO(text), secret or None)
        except (paramiko.SSHException, ValueError) as error:
            said = error
    raise TargetError(
        f"เปิดกุญแจ {target.key_file} (key_file) ไม่ได้ ({shown(said)}) กรุณาตรวจไฟล์ "
        "และรหัสผ่านของกุญแจใน secret_env หรือ secret_file"
    )


class SftpStore:
    """Files below a folder of an SSH server."""

    def __init__(
        self,
        client: paramiko.SSHClient,
        session: paramiko.SFTPClient,
        base: str,
        patience: Patience,
    ) -> None:
        self._client, self._session = client, session
        self._base, self._patience = base, patience
        self._made = {"", "/"}

    def read(self, path: str, most: int) -> bytes | None:
        content = b""
        try:
            with self._session.open(self._at(path), "rb") as file:
                while len(content) <= most and (
                    piece := file.read(min(PIECE, most + 1 - len(content)))
                ):
                    content += piece
                    self._patience.check()
        except FileNotFoundError:
            return None
        return content

    def write(self, path: str, content: bytes) -> None:
        target, fresh = self._at(path), self._at(TEMPORARY)
        self._make_folder(self._base)
        self._make_folder(target.rpartition("/")[0])
        with self._session.open(fresh, "wb") as file:
            file.set_pipelined(True)
            for start in range(0, len(content), PIECE):
                file.write(content[start : start + PIECE])
                self._patience.check()
        try:
            self._session.posix_rename(fresh, target)
        except OSError:  # a server without it renames over nothing
            self.remove(path)
            self._session.rename(fresh, target)

    def remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self._session.remove(self._at(path))

    def close(self) -> None:
        self._client.close()

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}"

    def _make_folder(self, folder: str) -> None:
        if folder in self._made:
            return
        self._make_folder(folder.rpartition("/")[0])
        try:
            self._session.mkdir(folder)
        except OSError:
            if not stat.S_ISDIR(self._session.stat(folder).st_mode or 0):
                raise
        self._made.add(folder)

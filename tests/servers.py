"""Real servers on loopback for the tests of deliveries, and a line before them that can be cut.

Each server listens on 127.0.0.1; the line listens on the same ports of 127.0.0.2, so that the
data connections of FTP go through it as well. `.ci/run` installs the servers.
"""

import json
import os
import random
import secrets
import selectors
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from getpass import getuser
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import botocore.session
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from schemas.config import TARGET_KINDS, Target
from tests.conftest import APACHE, DEBIAN_PYTHON, PYFTPDLIB, SSHD

HERE = {  # what can be tried; in CI nothing is left out for want of a program
    "sftp": SSHD,
    "ftp": PYFTPDLIB,
    "ftps": PYFTPDLIB,
    "webdav+http": APACHE,
    "webdav+https": APACHE,
}
KINDS = tuple(kind for kind in TARGET_KINDS if HERE.get(kind, "always") or "CI" in os.environ)
# A password of OpenSSH is that of an account: one for these tests alone is mounted over the list
# of accounts, in a mount namespace of the server's own.
CAN_MAKE_A_USER = (
    os.name == "posix" and os.getuid() == 0 and bool(SSHD) and bool(shutil.which("unshare"))
)
SERVER, LINE = "127.0.0.1", "127.0.0.2"
USER = "เจ้าหน้าที่"  # of FTP and WebDAV: a name may be Thai
BUCKET = "sokhoro1"
STARTS_WITHIN_S = 30
DATA_PORTS = 6


# ---- certificates


@dataclass(frozen=True)
class Certificates:
    """An authority of the test's own, and a server's certificate with its key (PEM files)."""

    authority: Path
    server: Path  # key and certificate


def make_certificates(folder: Path) -> Certificates:
    folder.mkdir(parents=True, exist_ok=True)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    authority = _certificate(name, name, authority_key.public_key(), authority_key, leaf=False)
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
    server = _certificate(own, name, key.public_key(), authority_key, leaf=True)
    made = Certificates(folder / "ca.pem", folder / "server.pem")
    made.authority.write_bytes(authority.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made.server.write_bytes(secret + server.public_bytes(Encoding.PEM))
    return made


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    leaf: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names = [x509.IPAddress(ip_address(address)) for address in (SERVER, LINE)]
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment"),
            *("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    usage |= {"digital_signature": True} if leaf else {"key_cert_sign": True, "crl_sign": True}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=not leaf, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signer, hashes.SHA256())
    )


# ---- servers


class Far(Protocol):
    """The far side of a kind, as the tests see and spoil it: not through our own code."""

    kind: str
    ports: tuple[int, ...]
    secret: str

    def target(self, base: str, host: str, port: int) -> dict[str, Any]:
        """The configuration of a folder there."""

    def files(self, base: str) -> dict[str, bytes]: ...
    def put(self, base: str, path: str, content: bytes) -> None: ...
    def drop(self, base: str, path: str) -> None: ...
    def stop(self) -> None: ...

    def forget(self) -> None:
        """Be as if no line had ever been cut."""


def free_port() -> int:
    """Return a port that nobody has, nor gets for a connection that goes out."""
    for port in random.sample(range(15_000, 32_000), 100):  # systems begin with theirs above
        with suppress(OSError), socket.create_server((SERVER, port)):
            return port
    raise AssertionError("no port is free")


@dataclass
class _OnDisk:
    """What the servers share whose files are a folder of this machine."""

    folder: Path

    def files(self, base: str) -> dict[str, bytes]:
        root = self.folder / base
        found = (path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}

    def put(self, base: str, path: str, content: bytes) -> None:
        target = self.folder / base / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def drop(self, base: str, path: str) -> None:
        (self.folder / base / path).unlink()

    def forget(self) -> None:
        """Lines that were cut do these servers no harm."""


@dataclass
class Program:
    """A server process, with its children in a group of its own."""

    arguments: Sequence[str]
    port: int
    log: Path
    more: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.more},
                start_new_session=True,
            )
        ends = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < ends and self.process.poll() is None:
            with suppress(OSError), socket.create_connection((SERVER, self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text(errors="replace"))

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Share(_OnDisk):
    """A folder; nothing listens."""

    kind: str = "file"
    ports: tuple[int, ...] = ()
    secret: str = ""

    def target(self, base: str, host: str, port: int) -> dict[str, Any]:  # noqa: ARG002
        (self.folder / base).mkdir(exist_ok=True)
        return {"url": f"file://{quote(str(self.folder / base))}"}

    def stop(self) -> None:
        pass


@dataclass
class Served(_OnDisk):
    """FTP and FTPS by Debian's pyftpdlib, WebDAV by Apache, all with one user."""

    kind: str
    certificates: Certificates
    secret: str
    ports: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        ftp = self.kind.startswith("ftp")
        self.ports = tuple(free_port() for _ in range(1 + DATA_PORTS * ftp))
        self.program = Program(
            self._ftp() if ftp else self._apache(), self.ports[0], self.folder.with_suffix(".log")
        )

    def _ftp(self) -> list[str]:
        told = {
            "tls": self.kind == "ftps",
            "folder": str(self.folder),
            "certificate": str(self.certificates.server),
            "user": USER,
            "secret": self.secret,
            "ports": self.ports,
        }
        config = self.folder.with_suffix(".json")
        config.write_text(json.dumps(told), encoding="utf-8")
        program = Path(__file__).with_name("serve_ftp.py")
        return [DEBIAN_PYTHON, str(program), str(config)]

    def _apache(self) -> list[str]:
        own = self.folder.with_suffix(".apache")
        own.mkdir()
        (own / "users").write_text(f"{USER}:{_hashed(self.secret, '-apr1')}\n", encoding="utf-8")
        secure = self.kind == "webdav+https"
        certificate = f'SSLEngine on\nSSLCertificateFile "{self.certificates.server}"\n'
        modules = "".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
            for name in (
                *("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user"),
                *("auth_basic", "dav", "dav_fs", *(("socache_shmcb", "ssl") if secure else ())),
            )
        )
        (own / "config").write_text(
            f'{modules}ServerRoot "{own}"\nServerName localhost\nPidFile "{own}/pid"\n'
            f"Listen {SERVER}:{self.ports[0]}\nErrorLog /dev/stderr\n"
            f'DocumentRoot "{self.folder}"\nDAVLockDB "{own}/locks"\n'
            f"DefaultRuntimeDir {own}\nKeepAliveTimeout 5\nMaxKeepAliveRequests 0\n"
            f'<Directory "{self.folder}">\nDav On\nAuthType Basic\nAuthName x\n'
            f'AuthUserFile "{own}/users"\nRequire valid-user\n</Directory>\n'
            + (certificate if secure else ""),
            encoding="utf-8",
        )
        command = [str(APACHE), "-D", "FOREGROUND", "-f", str(own / "config")]
        # It serves nothing as root: we are somebody else in its eyes.
        return ["unshare", "--map-user=1000", *command] if os.getuid() == 0 else command

    def target(self, base: str, host: str, port: int) -> dict[str, Any]:
        told = {"url": f"{self.kind}://{quote(USER)}@{host}:{port}/{quote(base)}"}
        if self.kind in {"ftps", "webdav+https"}:
            told["ca_file"] = str(self.certificates.authority)
        return told

    def stop(self) -> None:
        self.program.stop()

    def forget(self) -> None:
        """Let pyftpdlib begin anew: it keeps a processor busy with each TLS line that was cut."""
        if self.kind == "ftps":
            self.program.stop()
            self.program.start()


def _hashed(password: str, how: str) -> str:
    """The password as lists of users keep it."""
    return subprocess.run(
        ["openssl", "passwd", how, "-stdin"],  # noqa: S607 - the system's own
        input=password,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.strip()


@dataclass
class Ssh(_OnDisk):
    """OpenSSH's own server as a private instance, with internal-sftp and one key to log in."""

    kind: str = "sftp"
    secret: str = ""
    ports: tuple[int, ...] = field(init=False)
    denied: str = ""  # requests that it refuses, as `sftp-server -P` takes them
    password: str = ""  # of root, as far as this server knows

    def __post_init__(self) -> None:
        assert SSHD, "openssh-server is not installed"
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # where Debian's keeps nothing
        own = self.folder.with_suffix(".ssh")
        own.mkdir()
        self.host_key, self.login_key = own / "host", own / "login"
        for key, kind in ((self.host_key, "ed25519"), (self.login_key, "ed25519")):
            command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(key)]
            subprocess.run(command, check=True)
        denied = f" -P {self.denied}" if self.denied else ""
        self.ports = (free_port(),)
        (own / "config").write_text(
            f"ListenAddress {SERVER}\nPort {self.ports[0]}\nHostKey {self.host_key}\n"
            f"AuthorizedKeysFile {self.login_key}.pub\nStrictModes no\nUsePAM no\n"
            f"PidFile none\nPermitRootLogin yes\nSubsystem sftp internal-sftp{denied}\n"
            "MaxStartups 100\n"
        )
        self.program = Program(
            self._command(str(own / "config")), self.ports[0], self.folder.with_suffix(".log")
        )

    def _command(self, config: str) -> list[str]:
        command = [str(SSHD), "-D", "-e", "-f", config]
        if not self.password:
            return command
        shadow = self.folder.with_suffix(".shadow")
        shadow.write_text(
            f"root:{_hashed(self.password, '-6')}:20000:0:99999:7:::\nsshd:!:20000::::::\n"
        )
        script = f"mount --bind {shadow} /etc/shadow && exec " + shlex.join(command)
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]

    @property
    def public_key(self) -> str:
        return " ".join(self.host_key.with_suffix(".pub").read_text().split()[:2])

    def target(self, base: str, host: str, port: int) -> dict[str, Any]:
        return {
            "url": f"sftp://{getuser()}@{host}:{port}{quote(str(self.folder / base))}",
            "key_file": str(self.login_key),
            "host_key": self.public_key,
        }

    def stop(self) -> None:
        self.program.stop()


class Objects:
    """An S3 server that checks every signature and knows one user."""

    kind: str = "s3"
    ports: tuple[int, ...]
    secret: str

    def __init__(self, log: Path) -> None:
        self.ports = (free_port(),)
        # So many first requests are let in unasked: to make the user, its key, what it may, and
        # the bucket.
        self._program = Program(
            [sys.executable, "-m", "moto.server", "-H", SERVER, "-p", str(self.ports[0])],
            self.ports[0],
            log,
            {"INITIAL_NO_AUTH_ACTION_COUNT": "4"},
        )
        people = self._client("iam", "any", "any")
        people.create_user(UserName="office")
        made = people.create_access_key(UserName="office")["AccessKey"]
        self.user, self.secret = made["AccessKeyId"], made["SecretAccessKey"]
        may = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        people.put_user_policy(UserName="office", PolicyName="all", PolicyDocument=policy)
        people.close()
        self._objects = self._client("s3", self.user, self.secret)
        self._objects.create_bucket(Bucket=BUCKET)

    def _client(self, service: str, user: str, secret: str) -> Any:  # noqa: ANN401 - made at run time
        return botocore.session.Session().create_client(
            service,
            region_name="us-east-1",
            endpoint_url=f"http://{SERVER}:{self.ports[0]}",
            aws_access_key_id=user,
            aws_secret_access_key=secret,
            config=Config(s3={"addressing_style": "path"}),
        )

    def target(self, base: str, host: str, port: int) -> dict[str, Any]:
        return {
            "url": f"s3://{BUCKET}/{quote(base)}",
            "user": self.user,
            "endpoint": f"http://{host}:{port}",
        }

    def files(self, base: str) -> dict[str, bytes]:
        listed = self._objects.list_objects_v2(Bucket=BUCKET, Prefix=f"{base}/")
        keys = [one["Key"] for one in listed.get("Contents", ())]
        return {
            key.removeprefix(f"{base}/"): self._objects.get_object(Bucket=BUCKET, Key=key)[
                "Body"
            ].read()
            for key in keys
        }

    def content_type(self, base: str, path: str) -> str:
        found: str = self._objects.head_object(Bucket=BUCKET, Key=f"{base}/{path}")["ContentType"]
        return found

    def put(self, base: str, path: str, content: bytes) -> None:
        self._objects.put_object(Bucket=BUCKET, Key=f"{base}/{path}", Body=content)

    def drop(self, base: str, path: str) -> None:
        self._objects.delete_object(Bucket=BUCKET, Key=f"{base}/{path}")

    def forget(self) -> None:
        """Lines that were cut do this server no harm."""

    def stop(self) -> None:
        self._objects.close()
        self._program.stop()


def start(kind: str, folder: Path) -> Far:
    """Start the far side of a kind; its files are below ``folder`` where they are on a disk."""
    served = folder / "served"
    served.mkdir(parents=True)
    match kind:
        case "file":
            return Share(served)
        case "sftp":
            return Ssh(served)
        case "s3":
            return Objects(folder / "s3.log")
        case _:
            certificates = make_certificates(folder / "certificates")
            # What a URL would have to spell otherwise.
            return Served(served, kind, certificates, f"ลับ/{secrets.token_hex(8)}@:")


# ---- the line between


class Line:
    """Carries bytes from 127.0.0.2 to a server's ports; can be cut, stalled, or be down."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self.budget: int | None = None  # bytes until ``then`` happens; None: for ever
        self.then = "cut"  # or "stall"
        self._ends = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listening: list[socket.socket] = []
        self.up()

    def up(self) -> None:
        self._ends.clear()
        for port in self._ports:
            listening = socket.create_server((LINE, port))
            listening.settimeout(0.1)
            self._listening.append(listening)
            self._begin(self._listen, listening, port)

    def down(self) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        for listening in self._listening:
            listening.close()
        self._listening.clear()

    def _begin(self, work: Any, *arguments: object) -> None:  # noqa: ANN401
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self, listening: socket.socket, port: int) -> None:
        while not self._ends.is_set():
            with suppress(TimeoutError):
                near, _ = listening.accept()
                self._begin(self._carry, near, port)

    def _carry(self, near: socket.socket, port: int) -> None:
        with near, selectors.DefaultSelector() as ready, suppress(OSError):
            if self._spent and self.then == "cut":
                return
            far = socket.create_connection((SERVER, port))
            with far:
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(near, selectors.EVENT_READ, far)
                ready.register(far, selectors.EVENT_READ, near)
                while ready.get_map() and not self._ends.is_set():
                    if not self._spent:
                        self._pass_on(ready)
                    elif self.then == "cut":
                        return
                    else:
                        self._ends.wait(0.05)

    @property
    def _spent(self) -> bool:
        return self.budget is not None and self.budget <= 0

    def _pass_on(self, ready: selectors.BaseSelector) -> None:
        for key, _ in ready.select(0.1):
            source, sink = key.fileobj, key.data
            assert isinstance(source, socket.socket)
            most = 1 << 16 if self.budget is None else max(1, min(1 << 16, self.budget))
            piece = source.recv(most)
            if not piece:  # the other way may go on
                ready.unregister(source)
                sink.shutdown(socket.SHUT_WR)
                continue
            if self.budget is not None:
                self.budget -= len(piece)
            sink.sendall(piece)


@contextmanager
def line_to(far: Far) -> Iterator[Line]:
    line = Line(far.ports)
    try:
        yield line
    finally:
        line.down()
        far.forget()


@contextmanager
def silent() -> Iterator[int]:
    """A server that accepts and says nothing; its port."""
    with socket.create_server((SERVER, 0)) as listening:
        yield listening.getsockname()[1]


@contextmanager
def babbling(words: bytes) -> Iterator[int]:
    """A server that says the same to everybody, whatever is asked, and hangs up; its port."""
    ends = threading.Event()

    def talk() -> None:
        while not ends.is_set():
            with suppress(OSError), listening.accept()[0] as link:
                link.settimeout(0.2)
                with suppress(TimeoutError):
                    link.recv(1 << 16)
                link.sendall(words)

    with socket.create_server((SERVER, 0)) as listening:
        listening.settimeout(0.1)
        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ends.set()
            thread.join()


def target_of(far: Far, base: str, line: Line | None = None, **more: Any) -> Target:  # noqa: ANN401
    """The target ``web`` in a folder of a far side, through the line where there is one."""
    host, port = (LINE if line else SERVER), (far.ports or (0,))[0]
    told = {"name": "web", "timeout_seconds": 5.0, **far.target(base, host, port), **more}
    return Target.model_validate(told)

"""The keys that sign each release (Ed25519): made once, replaced by ``key rotate``.

``output/keys/<n>/`` holds the n-th pair. A new pair's public key is signed by the one before it,
and then the old private key is destroyed; public keys stay, so that old releases still verify.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pipeline import CannotRunError
from pipeline.inbox import sync_folder
from schemas.manifest import CURRENT_KEY, KEYS, SIGNATURE

PRIVATE, PUBLIC = "private.pem", "public.pem"
OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Keys:
    """The pair that signs, and every public key since the first.

    ``endorsements`` are the signatures of the public keys by the key before each; None for the
    first, and for one that was made after the private key before it was lost.
    """

    signing: Ed25519PrivateKey
    public: tuple[bytes, ...]  # PEM, the oldest first
    endorsements: tuple[bytes | None, ...]

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes; the same content has always the same one."""
        return self.signing.sign(content)

    @property
    def published(self) -> dict[str, bytes]:
        """What anybody needs to check a signature, by its path in the site."""
        files = {CURRENT_KEY: self.public[-1]}
        pairs = zip(self.public, self.endorsements, strict=True)
        for number, (key, endorsement) in enumerate(pairs, 1):
            files[f"{KEYS}{number}.pem"] = key
            if endorsement is not None:
                files[f"{KEYS}{number}.pem{SIGNATURE}"] = endorsement
        return files


def open_keys(folder: Path) -> Keys:
    """Return the keys of an office; the first pair is made where nobody can sign.

    Errors: CannotRunError for a key that is damaged.
    """
    numbers = _numbers(folder)
    if not numbers or not (folder / str(numbers[-1]) / PRIVATE).exists():
        number = numbers[-1] + 1 if numbers else 1
        _make(folder, number, None)
    return load_keys(folder)


def signing_key(folder: Path) -> Path | None:
    """Return the file of the private key that signs; None when none was ever made."""
    numbers = _numbers(folder)
    return folder / str(numbers[-1]) / PRIVATE if numbers else None


def load_keys(folder: Path) -> Keys:
    """Return the keys of an office and make none; CannotRunError when one is lost or damaged."""
    numbers = _numbers(folder)
    public = tuple(_read(folder / str(number) / PUBLIC) for number in numbers)
    private = folder / str(numbers[-1] if numbers else 1) / PRIVATE
    try:
        signing = load_pem_private_key(_read(private), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _damaged(private) from None
    if not isinstance(signing, Ed25519PrivateKey):
        raise _damaged(private)
    if _pem(signing.public_key()) != public[-1]:
        raise _damaged(folder / str(numbers[-1]) / PUBLIC)
    return Keys(signing, public, tuple(_endorsement(folder, number) for number in numbers))


def rotate(folder: Path) -> Keys:
    """Make a new pair, its public key signed by the old one; destroy the old private key."""
    old = open_keys(folder)
    numbers = _numbers(folder)
    _make(folder, numbers[-1] + 1, old)
    for number in numbers:
        (folder / str(number) / PRIVATE).unlink(missing_ok=True)
    return open_keys(folder)


def public_keys(folder: Path) -> tuple[bytes, ...]:
    """Return the public keys of an office as PEM, the oldest first; makes none."""
    return tuple(_read(folder / str(number) / PUBLIC) for number in _numbers(folder))


def signed_by(key: bytes, signature: bytes, content: bytes) -> bool:
    """True when the holder of the public key (PEM) signed the content; False for no such key."""
    try:
        public = load_pem_public_key(key)
        if not isinstance(public, Ed25519PublicKey):
            return False
        public.verify(signature, content)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def fingerprint(key: bytes) -> str:
    """Return the SHA-256 of a public key's file, as ``sha256sum`` prints it."""
    return hashlib.sha256(key).hexdigest()


def _numbers(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal())


def _make(folder: Path, number: int, endorser: Keys | None) -> None:
    """Put the whole pair on the disk under another name first: a kill leaves a pair or none."""
    folder.mkdir(parents=True, exist_ok=True)
    making = folder / f".making-{number}"
    if making.exists():
        shutil.rmtree(making)
    making.mkdir()
    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = _pem(private.public_key())
    _write(making / PRIVATE, secret)
    _write(making / PUBLIC, public)
    if endorser is not None:
        _write(making / f"{PUBLIC}{SIGNATURE}", endorser.sign(public))
    sync_folder(making)
    making.rename(folder / str(number))
    sync_folder(folder)


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write(path: Path, content: bytes) -> None:
    def opener(name: str, flags: int) -> int:
        # The mode is given at birth: there is no moment in which others could read it.
        return os.open(name, flags, OWNER_ONLY)

    with open(path, "xb", opener=opener) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _endorsement(folder: Path, number: int) -> bytes | None:
    path = folder / str(number) / f"{PUBLIC}{SIGNATURE}"
    return path.read_bytes() if path.exists() else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _damaged(path) from None


def _damaged(path: Path) -> CannotRunError:
    return CannotRunError(
        f"กุญแจลงนาม {path} หายไปหรือเสียหาย กรุณานำสำเนาสำรองของโฟลเดอร์ keys กลับมา "
        "หรือย้ายโฟลเดอร์นี้ออกเพื่อให้ระบบสร้างกุญแจใหม่"
    )

"""``sokhoro1.toml`` → settings and folders; what is wrong with it in one Thai sentence."""

import difflib
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline import CannotRunError
from pipeline.dress import EmblemError, bare_png
from pipeline.guard import MIB, Limits
from schemas.config import Channel, Settings, Target

NAME = "sokhoro1.toml"
Elsewhere = TypeVar("Elsewhere", Target, Channel)


@dataclass(frozen=True)
class Place:
    """A ledger and the agency whose part is meant; two agencies of one ledger differ in it only.

    ``url`` is PostgreSQL's address without its password, "" for SQLite. ``shared`` says that
    other agencies may have their part in it too. Where each keeps the password is no difference.
    """

    file: Path  # absolute; of no meaning with a ``url``
    agency: str = ""
    url: str = ""
    secret_env: str = field(default="", compare=False)
    secret_file: str = field(default="", compare=False)
    shared: bool = False

    def __str__(self) -> str:
        """What people are shown."""
        return self.url or str(self.file)


@dataclass(frozen=True)
class Workspace:
    """The settings and the folders of one office; all paths are absolute."""

    settings: Settings
    inbox: Path
    output: Path
    emblem: bytes = b""  # the office's own, a bare PNG
    home: Path = Path()  # where the configuration stands

    @property
    def templates(self) -> Path:
        """Where the office may keep its own Word templates; they win over ours."""
        return self.home / self.settings.folders.templates

    @property
    def measure4(self) -> Path:
        """What the report compiler takes: status, evidence, report. Never served."""
        return self.output / "measure4"

    @property
    def originals(self) -> Path:
        return self.output / "originals"

    @property
    def ledger(self) -> Place:
        asked = self.settings.ledger
        own = Path() if asked.url else self.records / "ledger.sqlite"
        return Place(
            Path(asked.file) if asked.file else own,
            asked.agency,
            asked.url,
            asked.secret_env,
            asked.secret_file,
            shared=bool(asked.url or asked.file),
        )

    @property
    def records(self) -> Path:
        """What else nobody can make again, wherever the ledger is; and the locks."""
        return self.output / "ledger"

    @property
    def lock(self) -> Path:
        """Whoever changes anything below ``output/`` holds it."""
        return self.records / "lock"

    @property
    def site(self) -> Path:
        return self.output / "site"

    @property
    def keys(self) -> Path:
        return self.output / "keys"

    @property
    def replies(self) -> Path:
        return self.output / "replies"

    @property
    def targets(self) -> Path:
        return self.output / "targets"

    @property
    def cache(self) -> Path:
        """PDFs made before; anybody may delete it at any time."""
        return self.output / "cache"

    @property
    def limits(self) -> Limits:
        asked = self.settings.limits
        return Limits(
            file_bytes=asked.file_mib * MIB,
            wall_seconds=asked.wall_seconds,
            memory_bytes=asked.memory_mib * MIB,
        )


def configure(path: Path) -> Workspace:
    """Read the configuration; CannotRunError when it is missing or says what it must not."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise CannotRunError(
            f"ไม่พบไฟล์ตั้งค่า {path} กรุณาสร้างด้วยคำสั่ง sokhoro1 init หรือระบุด้วย --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"เปิดไฟล์ตั้งค่า {path} ไม่ได้: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotRunError(f"ไฟล์ตั้งค่า {path} เขียนผิดรูปแบบ TOML: {error}") from None
    try:
        settings = Settings.model_validate(said)
    except ValidationError as error:
        raise CannotRunError(f"ไฟล์ตั้งค่า {path}: {sentence(error)}") from None
    base = path.resolve().parent
    targets = tuple(_from_here(target, base) for target in settings.targets)
    channels = tuple(_from_here(channel, base) for channel in settings.channels)
    asked = settings.ledger
    here = {name: _absolute(base, getattr(asked, name)) for name in ("file", "secret_file")}
    ledger = asked.model_copy(update=here)
    settings = settings.model_copy(
        update={"targets": targets, "channels": channels, "ledger": ledger}
    )
    folders = settings.folders
    emblem = _emblem(base / settings.site.emblem, path) if settings.site.emblem else b""
    return Workspace(settings, base / folders.inbox, base / folders.output, emblem, base)


def _emblem(file: Path, path: Path) -> bytes:
    try:
        return bare_png(file.read_bytes())
    except OSError as error:
        raise CannotRunError(
            f"ไฟล์ตั้งค่า {path}: เปิดตราของหน่วยงาน (site.emblem) {file} ไม่ได้: {error.strerror}"
        ) from None
    except EmblemError as error:
        raise CannotRunError(
            f"ไฟล์ตั้งค่า {path}: ตราของหน่วยงาน (site.emblem) {file} ใช้ไม่ได้: {error}"
        ) from None


def _absolute(base: Path, path: str) -> str:
    """A path beside the configuration, so that two agencies name a file of both alike; or ""."""
    return os.path.normpath(base / path) if path else ""


def _from_here(one: Elsewhere, base: Path) -> Elsewhere:
    """A target or a channel with its paths made absolute."""
    files = ("secret_file", "key_file", "known_hosts", "ca_file")
    here = {name: str(base / path) for name in files if (path := getattr(one, name, ""))}
    if isinstance(one, Target) and one.kind == "file" and "://" not in one.url:
        here["url"] = str(base / one.url)
    return one.model_copy(update=here)


def sentence(error: ValidationError) -> str:
    """The first fault, with the nearest known key where a key is not known."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "target":
            return fault["msg"]
        case "extra_forbidden":
            keys = [*known_keys(Settings), *_keys_of_a_target(where)]
            sections = {key.split(".")[0] for key in keys}
            near = difflib.get_close_matches(where, [*keys, *sorted(sections)], 1, cutoff=0.5)
            hint = f" (หมายถึง «{near[0]}» หรือไม่)" if near else ""
            return f"ไม่รู้จักคีย์ «{where}»{hint}"
        case "missing":
            needed = next((key for key in known_keys(Settings) if key.startswith(where)), where)
            return f"ขาดคีย์ «{needed}» ซึ่งต้องกำหนด"
        case _ if fault["loc"][0] in {"targets", "ledger"}:  # what was typed may be a password
            return f"ค่าของ «{where}» ใช้ไม่ได้ ({fault['msg']})"
        case _:
            return f"ค่าของ «{where}» ใช้ไม่ได้: {fault['input']!r} ({fault['msg']})"


def _keys_of_a_target(where: str) -> list[str]:
    """The keys beside one of a target, ``targets.0.ulr``; nothing for another's."""
    place, dot, _ = where.rpartition(".")
    return list(known_keys(Target, place + dot)) if place.startswith("targets.") else []


def known_keys(model: type[BaseModel], above: str = "") -> dict[str, Any]:
    """Every key with its default, as it is written: ``{"due.business_day": 5, …}``."""
    keys: dict[str, Any] = {}
    for name, told in model.model_fields.items():
        kind = told.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            keys |= known_keys(kind, f"{above}{name}.")
        else:
            keys[f"{above}{name}"] = told.default
    return keys

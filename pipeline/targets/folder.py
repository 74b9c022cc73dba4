r"""A folder of this machine or a mounted share: ``/mnt/web``, ``\\server\web``, ``file:///…``."""

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pipeline.inbox import sync_folder
from pipeline.targets import PIECE, TEMPORARY, Patience, TargetError
from schemas.config import Target

TROUBLES = (OSError,)


def connect(target: Target, _secret: str, patience: Patience) -> "FolderStore":
    folder = folder_of(target)
    if not folder.is_dir():
        # Never made: an unmounted share would become a folder of this machine's own disk.
        raise TargetError(
            f"ไม่พบโฟลเดอร์ปลายทาง {folder} กรุณาตรวจว่าเชื่อมต่อ (mount) แล้ว หรือสร้างโฟลเดอร์ก่อน"
        )
    return FolderStore(folder, patience)


def folder_of(target: Target) -> Path:
    """Return the folder that is configured, absolute."""
    if "://" not in target.url:
        return Path(target.url)
    return Path(url2pathname(urlsplit(target.url).path))


class FolderStore:
    """Files below a folder; each is on the disk before its name is."""

    def __init__(self, folder: Path, patience: Patience) -> None:
        self._folder, self._patience = folder, patience

    def read(self, path: str, most: int) -> bytes | None:
        content = b""
        try:
            with (self._folder / path).open("rb") as file:
                while len(content) <= most and (
                    piece := file.read(min(PIECE, most + 1 - len(content)))
                ):
                    content += piece
                    self._patience.check()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        return content

    def write(self, path: str, content: bytes) -> None:
        target, fresh = self._folder / path, self._folder / TEMPORARY
        target.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(target.parent)

    def remove(self, path: str) -> None:
        (self._folder / path).unlink(missing_ok=True)

    def close(self) -> None:
        pass

"""Small files that must outlive a power cut: replaced whole, and on the disk when that is told."""

import os
from pathlib import Path

from pipeline.inbox import sync_folder


def write_durably(path: Path, content: bytes) -> None:
    """Make ``content`` what stands at ``path``, its folders too; what stands there stays as it is.

    A reader sees the old file or the new one. Errors: OSError where the disk refuses.
    """
    if path.is_file() and path.read_bytes() == content:
        return
    made = [folder for folder in (path.parent, *path.parent.parents) if not folder.is_dir()]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new"[-100:])
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
    for folder in made:
        sync_folder(folder.parent)

"""What lies in the inbox, by name: told in milliseconds, and by a process that may be killed.

``python -I -S glance.py INBOX`` prints a line for each file: size, time of change, inode, path.
Two looks are alike when what they print is alike. A folder that is not there prints nothing but
``GONE``. It imports next to nothing, for it is run every minute: on a share that is dead a look
never comes back, and only a process of its own can be ended then.
"""

import os
import sys
from collections.abc import Iterator

# Owner files of Excel and LibreOffice, half-made downloads, what systems put into every folder.
IGNORED_STARTS = ("~$", ".")
IGNORED_ENDS = (".tmp", ".part", ".partial", ".crdownload", ".lnk", ".url")
IGNORED_NAMES = ("thumbs.db", "desktop.ini")
NO_FOLDERS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv")  # unpacked by some tool
# Sub-folders that are no division's list: those whose files go another way, and the rest.
ANNOUNCEMENTS = "ประกาศ"
EGP = "e-GP"
RESERVED = (ANNOUNCEMENTS, EGP)
GONE = b"gone"


def entries(inbox: str) -> Iterator[tuple["os.DirEntry[str]", bool]]:
    """What lies in the inbox and in its divisions, one level deep; True where its name is taken.

    Errors: OSError when a folder cannot be read.
    """
    for entry in os.scandir(inbox):
        if not entry.is_dir(follow_symlinks=False):
            yield entry, not by_name(entry.name)
        elif by_name(entry.name) or entry.name.endswith(NO_FOLDERS):
            yield entry, False
        else:
            for inner in os.scandir(entry.path):
                folder = inner.is_dir(follow_symlinks=False)
                yield inner, not (folder or by_name(inner.name))


def reserved(folder: str) -> str:
    """Return the reserved name of a folder, however its letters are written; "" for another's.

    >>> reserved("E-gp"), reserved("กองช่าง")
    ('e-GP', '')
    """
    return next((name for name in RESERVED if name.lower() == folder.lower()), "")


def by_name(name: str) -> bool:
    """True for a name that is left out."""
    low = name.lower()
    return low.startswith(IGNORED_STARTS) or low.endswith(IGNORED_ENDS) or low in IGNORED_NAMES


def look(inbox: str) -> Iterator[bytes]:
    """A line for each file whose name is taken."""
    for entry, taken in entries(inbox):
        if not taken:
            continue
        try:
            state = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # gone between the two calls
            continue
        facts = f"{state.st_size} {state.st_mtime_ns} {state.st_ino} "
        yield facts.encode() + os.fsencode(entry.path)


def main() -> int:
    """Print what lies there; 1 and the system's words when it cannot be read."""
    try:
        lines = sorted(look(sys.argv[1]))
    except FileNotFoundError:
        lines = [GONE]
    except OSError as error:
        sys.stderr.write(error.strerror or str(error))
        return 1
    sys.stdout.buffer.write(b"\0".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A PostgreSQL of the tests: Debian's own, in a temporary folder, on a socket, nothing of ours."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

NOBODY = 65534  # PostgreSQL refuses to work as root
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin/postgres"), default=None)


class Postgres:
    """One server; ``url`` gives the address of a new and empty database in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sokhoro1-postgres-"))
        self.made = 0
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        how = ("-A", "trust", "-U", "tests", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync")
        self._as_a_user("initdb", "-D", str(self.data), *how)
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        log = str(self.folder / "log")
        self._as_a_user("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; ``immediate`` is a crash: it recovers from its log when it starts again."""
        self._as_a_user("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def reload(self) -> None:
        self._as_a_user("pg_ctl", "-D", str(self.data), "reload")

    def url(self, *how: str) -> str:
        """Return the address of a database of its own, made with these options of createdb."""
        self.made += 1
        name = f"town{self.made}"
        self._as_a_user("createdb", "-h", str(self.folder), "-U", "tests", *how, name)
        return self.url_of(name)

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://tests@/{database}?host={self.folder}"

    def _as_a_user(self, program: str, *words: str) -> None:
        assert PROGRAMS is not None, "Debian's postgresql is not installed"
        command = [str(PROGRAMS.with_name(program)), *words]
        if os.geteuid() == 0:
            user = ("--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups")
            command = ["setpriv", *user, *command]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self.folder, timeout=120
        )
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)

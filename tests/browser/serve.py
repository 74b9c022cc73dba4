"""A municipality's web server: the site lies somewhere below, its policy comes as header too."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        found = POLICY.search(path.read_bytes()) if path.suffix == ".html" else None
        policy = f"{found[1].decode()}; " if found else ""
        # Framing is what a page itself cannot forbid.
        self.send_header("Content-Security-Policy", f"{policy}frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the library's
        """Nobody reads it."""


@contextmanager
def serve(folder: Path, sites: Mapping[str, Path]) -> Iterator[str]:
    """Serve each site below an address of its own, and yield the address above them.

    ``folder`` must be empty.
    """
    for name, site in sites.items():
        place = folder / "ข้อมูล" / name
        place.parent.mkdir(exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(site.resolve())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ข้อมูล/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

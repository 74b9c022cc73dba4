"""e-GP's feed on loopback: a real server, bytes in the real shape and encoding."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

FEED = """<?xml version="1.0" encoding="{announced}" ?>
<rss version="2.0">
\t<channel>
\t\t<title>ประกาศจัดซื้อจัดจ้างภาครัฐ</title>
\t\t<link>http://process3.gprocurement.go.th/egp2procmainWeb/procsearch.sch?a=1&amp;b=2</link>
\t\t<countbyday>{count}</countbyday>
{items}
\t</channel>
</rss>
"""
ITEM = """\t\t<item>
\t\t\t<title>{title}</title>
\t\t\t<link>{link}</link>
\t\t\t<description>{description}</description>
\t\t\t<pubDate>{day}</pubDate>
\t\t\t<guid></guid>
\t\t</item>"""
LINK = (
    "http://process3.gprocurement.go.th/egp2procmainWeb/jsp/procsearch.sch?servlet=gojsp"
    "&proc_id=ShowHTMLFile&processFlows=Procure&projectId={project}&templateType=W2&seqNo={seq}"
)


@dataclass(frozen=True)
class Item:
    """One item as the feed writes it; a link of "" is an empty one."""

    project: str
    title: str = "ซื้อวัสดุสำนักงาน โดยวิธีเฉพาะเจาะจง"
    day: str = "2024-10-07"
    description: str = ""
    link: str | None = None
    seq: int = 1

    @property
    def written(self) -> str:
        link = LINK.format(project=self.project, seq=self.seq) if self.link is None else self.link
        return ITEM.format(
            title=escape(self.title),
            link=escape(link),
            description=escape(self.description),
            day=self.day,
        )


def feed(items: Sequence[Item] = (), announced: str = "Windows-874") -> bytes:
    """Return the bytes of a feed: cp874, whatever they announce."""
    written = "\n".join(item.written for item in items)
    return FEED.format(announced=announced, count=len(items), items=written).encode("cp874")


Answer = Callable[[str], "bytes | int"]  # from a code to a body, or to a status


@dataclass
class Server:
    """What was asked, and how it answers; ``answer`` may be changed at any time."""

    address: str
    answer: Answer
    asked: list[str] = field(default_factory=list)  # codes
    queries: list[dict[str, list[str]]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    cut: int | None = None  # bytes after which the line is cut


@contextmanager
def feed_server(answer: Answer = lambda _: feed()) -> Iterator[Server]:
    """Serve until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            code = query.get("anounceType", [""])[0]
            server.queries.append(query)
            server.asked.append(code)
            server.agents.append(self.headers.get("User-Agent", ""))
            body = server.answer(code)
            if isinstance(body, int):
                self.send_error(body)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/xml; charset=Windows-874")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # who asked was killed, or has had enough
                self.wfile.write(body[: server.cut])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        server = Server(f"http://127.0.0.1:{made.server_port}/egpannouncerss.xml", answer)
        thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            made.shutdown()
            thread.join()

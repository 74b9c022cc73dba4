"""An FTP server for the tests, run by Debian's Python with its own pyftpdlib.

On PyPI pyftpdlib has no wheel, and nothing of ours is built from sources of others.
"""

import json
import sys
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import ThreadedFTPServer


def main(config: Path) -> None:
    told = json.loads(config.read_text(encoding="utf-8"))
    handler = TLS_FTPHandler if told["tls"] else FTPHandler
    if told["tls"]:
        handler.certfile = told["certificate"]
        handler.tls_control_required = handler.tls_data_required = True
    handler.authorizer = DummyAuthorizer()
    handler.authorizer.add_user(told["user"], told["secret"], told["folder"], "elradfmwMT")
    # Seconds: it keeps a processor busy with each TLS line that was cut, until its time is over.
    handler.timeout, handler.dtp_handler.timeout = 10, 3
    handler.passive_ports = told["ports"][1:]
    ThreadedFTPServer(("127.0.0.1", told["ports"][0]), handler).serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

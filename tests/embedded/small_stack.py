"""A launcher of the real kind with small programs, run as a script by the tests beside it."""

import sys
from pathlib import Path

from socialcommerce.embedded import launcher
from socialcommerce.embedded.paths import Layout
from socialcommerce.embedded.processes import Process, StopRank

READY_SITE = """
import http.server, sys
class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ready": true}')
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Site).serve_forever()
"""
# A pool like Celery's whose child is deaf to every polite request.
STUBBORN_POOL = """
import os, signal, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(600)
"""
SANDBOX = "sandbox = __import__('time').sleep(600)"
FAINTING = "import time; print('I faint', flush=True); time.sleep(0.3); raise SystemExit(3)"


def table(layout: Layout, *, web_port: int, sandbox_port: int | None) -> tuple[Process, ...]:
    sandbox = Process("sandbox", ("python", "-c", SANDBOX), StopRank.IS_USED)
    return (
        *(() if sandbox_port is None else (sandbox,)),
        Process("web", ("python", "-c", READY_SITE, str(web_port))),
        Process("worker", ("python", "-c", STUBBORN_POOL)),
        Process("beat", ("python", "-c", FAINTING)),
    )


def main(var: Path) -> int:
    prepare = Process("prepare", ("python", "-c", "print('prepared')"))
    stack = launcher.Stack(layout=Layout(var=var), folder=var, prepare=prepare, table=table)
    return launcher.run(stack)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

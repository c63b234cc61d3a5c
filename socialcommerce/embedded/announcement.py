"""Tell the person when the site is ready, and what is missing while it is not."""

import time

from socialcommerce.embedded import readiness
from socialcommerce.embedded.console import Console
from socialcommerce.embedded.paths import Layout

ASK_EVERY_SECONDS = 0.5
COMPLAIN_AFTER_SECONDS = 20.0


class Announcement:
    """Call `turn()` often; it asks the site seldom and speaks once, or when news changes."""

    def __init__(self, *, console: Console, layout: Layout, port: int, url: str) -> None:
        self._console = console
        self._layout = layout
        self._port = port
        self._url = url
        self._is_made = False
        self._last_complaint = ""
        self._started_at = self._asked_at = time.monotonic()

    def turn(self) -> None:
        """The site was asked if that is due, and the person told if there is news."""
        now = time.monotonic()
        if self._is_made or now - self._asked_at < ASK_EVERY_SECONDS:
            return
        self._asked_at = now
        answer = readiness.ask(self._port)
        if answer.is_ready:
            self._is_made = True
            self._console.say(self._text())
        elif now - self._started_at > COMPLAIN_AFTER_SECONDS:
            self._complain(answer.missing)

    def _complain(self, missing: str) -> None:
        if missing != self._last_complaint:
            self._last_complaint = missing
            self._console.say(f"Not ready yet. {missing}")

    def _text(self) -> str:
        """`prepare_development` left the demo logins in a file."""
        logins = self._layout.logins
        people = logins.read_text().rstrip() if logins.exists() else ""
        return f"\nReady: {self._url}\n\n{people}\n\nCtrl-C stops everything.\n"

"""What each person of the crowd does, over HTTP, with the sale token that their page would carry.

Tokens are signed here instead of read off five thousand pages; everything else is what the
page's script sends. Each request goes out once; what got no answer is asked about, as a page does.
"""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flashsale import tokens
from flashsale.models import Lot
from flashsale.standings import Standing
from socialcommerce.demo.crowd.people import Person

THREADS = 24
TIMEOUT_SECONDS = 15
ASKS_MAX = 240  # rounds in a phase, at least half a second apart; then we give up
PAUSE_SECONDS = 0.5
WAITING = {Standing.RECEIVED, Standing.IN_LINE, Standing.PLACED, Standing.RESTORING, Standing.NONE}


Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """What one person sends, and the token they ask with afterwards."""

    path: str
    form: dict[str, Any]
    token: str


@dataclass(slots=True)
class Journal:
    """What the crowd heard: each person's last standing, and every answer that was no answer."""

    standings: dict[int, str] = field(default_factory=dict)
    orders: dict[int, str] = field(default_factory=dict)
    server_errors: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fates(self) -> Counter[str]:
        return Counter(self.standings.values())


class Visitors:
    """The crowd before one sale of the site at `host` and `port`."""

    def __init__(self, lot: Lot, *, host: str, port: int) -> None:
        self.lot = lot
        self.journal = Journal()
        self._address = (host, port)
        self._own = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def reserve(self, people: Sequence[Person]) -> dict[int, int]:
        """Everybody reserves and waits for their number; by profile id."""
        said = self._all_hear({person: self._reservation(person) for person in people})
        return {
            person.profile_id: int(answer["number"])
            for person, answer in said.items()
            if answer["standing"] == Standing.RESERVED
        }

    def claim(self, people: Sequence[Person], numbers: dict[int, int]) -> None:
        """Everybody who has a number claims and waits to hear what became of it."""
        said = self._all_hear(
            {person: self._claim(person, numbers.get(person.profile_id, 0)) for person in people}
        )
        for person, answer in said.items():
            if answer["standing"] == Standing.PAID:
                self.journal.orders[person.profile_id] = answer["number"]

    def _reservation(self, person: Person) -> Wish:
        token = self._token(person, number=0)
        form = {"token": token, "lot": self.lot.pk, "address": person.address_id}
        return Wish("reservation/", {**form, "pay_from_wallet": "on"}, token)

    def _claim(self, person: Person, number: int) -> Wish:
        token = self._token(person, number=number)
        return Wish("claim/", {"token": token}, token)

    def _all_hear(self, wishes: dict[Person, Wish]) -> dict[Person, Answer]:
        """All send, then those who are under way ask together until each has an answer."""
        with ThreadPoolExecutor(THREADS) as pool:
            said = dict(zip(wishes, pool.map(self._send_wish, wishes.values()), strict=True))
            for _turn in range(ASKS_MAX):
                waiting = [one for one, answer in said.items() if answer["standing"] in WAITING]
                if not waiting:
                    break
                time.sleep(PAUSE_SECONDS)
                turn = [(wishes[one], said[one]) for one in waiting]
                asked = pool.map(self._again, *zip(*turn, strict=True))
                said |= dict(zip(waiting, asked, strict=True))
        self._hang_up()
        for person, answer in said.items():
            self.journal.standings[person.profile_id] = answer["standing"]
        return said

    def _send_wish(self, wish: Wish) -> Answer:
        return self._ask("POST", wish.path, wish.form, wish.token)

    def _again(self, wish: Wish, last: Answer) -> Answer:
        """Asks what became of it, or sends it again where it was lost."""
        if last["standing"] in (Standing.RESTORING, Standing.NONE):
            return self._send_wish(wish)
        return self._ask("GET", "state", None, wish.token)

    def _token(self, person: Person, *, number: int) -> str:
        lot_id = self.lot.pk if number else 0
        return tokens.issue(
            tokens.SaleToken(self.lot.sale_id, person.profile_id, number, lot_id, 1)
        )

    def _ask(self, method: str, path: str, form: dict[str, Any] | None, token: str) -> Answer:
        body = urlencode(form) if form else None
        headers = {
            "Accept": "application/json",
            "Sale-Token": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            answer = self._send(method, f"/sales/{self.lot.sale_id}/{path}", body, headers)
        except (OSError, http.client.HTTPException):
            self._own.connection = None
            answer = None
        with self.journal.lock:
            self.journal.requests += 1
            self.journal.server_errors += answer is None
        return answer or {"standing": Standing.NONE}

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> Answer | None:
        """The JSON of an answer below 500, else None."""
        connection = self._connection()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        if response.status >= http.client.INTERNAL_SERVER_ERROR:
            return None
        said: Answer = json.loads(content)
        return said if "standing" in said else {"standing": said.get("code", "unknown")}

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(*self._address, timeout=TIMEOUT_SECONDS)
            self._own.connection = connection
            self._opened.append(connection)
        return connection

    def _hang_up(self) -> None:
        """The pool's threads have ended, and with them whatever used these connections."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()

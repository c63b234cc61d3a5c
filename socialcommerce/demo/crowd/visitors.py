"""What each person of the crowd does, over HTTP, with the sale token that their page would carry.

Tokens are signed here instead of read off five thousand pages; everything else is what the
page's script sends. Each request goes out once; what got no answer is asked about, as a page does.
"""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
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
ASKS_MAX = 240  # per person and phase, half a second apart: two minutes, then we give up
PAUSE_SECONDS = 0.5
WAITING = {Standing.RECEIVED, Standing.IN_LINE, Standing.PLACED, Standing.RESTORING, Standing.NONE}


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

    def reserve(self, people: Iterable[Person]) -> dict[int, int]:
        """Everybody reserves and waits for their number; by profile id."""
        numbers = self._all(self._reserve_one, people)
        return {profile_id: number for profile_id, number in numbers if number}

    def claim(self, people: Iterable[Person], numbers: dict[int, int]) -> None:
        """Everybody who has a number claims and waits to hear what became of it."""
        self._all(lambda person: self._claim_one(person, numbers.get(person.profile_id, 0)), people)

    def _all(self, act: Callable[[Person], Any], people: Iterable[Person]) -> list[Any]:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(act, people))

    def _reserve_one(self, person: Person) -> tuple[int, int]:
        token = self._token(person, number=0)
        form = {
            "token": token,
            "lot": self.lot.pk,
            "address": person.address_id,
            "pay_from_wallet": "on",
        }
        said = self._until_known("reservation/", form, token)
        self.journal.standings[person.profile_id] = said["standing"]
        is_reserved = said["standing"] == Standing.RESERVED
        return person.profile_id, int(said["number"]) if is_reserved else 0

    def _claim_one(self, person: Person, number: int) -> None:
        token = self._token(person, number=number)
        said = self._until_known("claim/", {"token": token}, token)
        self.journal.standings[person.profile_id] = said["standing"]
        if said["standing"] == Standing.PAID:
            self.journal.orders[person.profile_id] = said["number"]

    def _token(self, person: Person, *, number: int) -> str:
        lot_id = self.lot.pk if number else 0
        return tokens.issue(
            tokens.SaleToken(self.lot.sale_id, person.profile_id, number, lot_id, 1)
        )

    def _until_known(self, path: str, form: dict[str, Any], token: str) -> dict[str, Any]:
        """Sends the form, asks on while it is under way, and sends it again if it was lost."""
        said = self._ask("POST", path, form, token)
        for _turn in range(ASKS_MAX):
            if said["standing"] not in WAITING:
                break
            time.sleep(PAUSE_SECONDS)
            lost = said["standing"] in (Standing.RESTORING, Standing.NONE)
            said = self._ask("POST", path, form, token) if lost else self._look(token)
        return said

    def _look(self, token: str) -> dict[str, Any]:
        return self._ask("GET", "state", None, token)

    def _ask(
        self, method: str, path: str, form: dict[str, Any] | None, token: str
    ) -> dict[str, Any]:
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
    ) -> dict[str, Any] | None:
        """The JSON of an answer below 500, else None."""
        connection = self._connection()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        if response.status >= http.client.INTERNAL_SERVER_ERROR:
            return None
        said: dict[str, Any] = json.loads(content)
        return said if "standing" in said else {"standing": said.get("code", "unknown")}

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(*self._address, timeout=TIMEOUT_SECONDS)
            self._own.connection = connection
        return connection

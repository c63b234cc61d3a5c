"""`make demo-sale PORT=8000`: 5,000 people, 100 units, one running site."""

import os
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialcommerce.demo.crowd import people as crowd
from socialcommerce.demo.crowd import sale, verdict
from socialcommerce.demo.crowd.people import Person
from socialcommerce.demo.crowd.visitors import Visitors
from socialcommerce.lib import clock

HOST = "127.0.0.1"  # the crowd never leaves this machine
PEOPLE = 5_000
UNITS = 100
RESERVES_PER_SECOND = 150  # a slow machine's; the window to reserve is made long enough for it


class Command(BaseCommand):
    help = (
        "Drives a crowd over HTTP through reserve and claim on the running stack, and says what "
        "became of every unit and every person. Exit status 1 unless everything held."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        default = os.environ.get("PORT") or str(urlsplit(settings.SITE_URL).port or 8000)
        parser.add_argument("--port", type=int, default=int(default))
        parser.add_argument("--people", type=int, default=PEOPLE)
        parser.add_argument("--units", type=int, default=UNITS)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("A made-up crowd is for development only.")
        count, units = options["people"], options["units"]
        if not 0 < units < count:
            raise CommandError("There have to be more people than units, and a unit at least.")
        now = clock.now()
        persons = self._say("people with money", lambda: crowd.gather(count, now=now))
        window = timedelta(seconds=10 + count / RESERVES_PER_SECOND)
        lot = sale.announce(units=units, reserve_for=window, now=clock.now())
        key = f"crowd:{lot.sale_id}"
        crowd.pay_in(persons, amount_minor=sale.price_minor(lot), key=key, now=now)
        self.stdout.write(f"sale {lot.sale_id}: {units} units, {count} people")
        self._run(Visitors(lot, host=HOST, port=options["port"]), persons)

    def _run(self, visitors: Visitors, persons: list[Person]) -> None:
        lot = visitors.lot
        _sleep_until(lot.sale.reserve_opens_at)
        numbers = self._say("reservations", lambda: visitors.reserve(persons))
        self.stdout.write(f"  {len(numbers)} have a number")
        _sleep_until(lot.sale.starts_at)
        self._say("claims", lambda: visitors.claim(persons, numbers))
        reached = verdict.reach(lot, visitors.journal, people=len(persons))
        for line in reached.lines:
            self.stdout.write(line)
        if reached.faults:
            raise CommandError("It did not hold: " + "; ".join(reached.faults))
        self.stdout.write(self.style.SUCCESS("Everything held, and the books are right."))

    def _say(self, what: str, act: Any) -> Any:
        started = time.monotonic()
        result = act()
        self.stdout.write(f"{what}: {time.monotonic() - started:.1f} s")
        return result


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))

"""Ask about one sale from the console."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flashsale import selectors, verification
from flashsale.gate import published
from flashsale.models import Sale
from flashsale.phases import phase
from flashsale.sale_states import SaleState
from flashsale.services.console import reports
from flashsale.services.watch import conservation
from flashsale.services.watch.controller import load_gate
from socialcommerce.lib import clock, redis


class Command(BaseCommand):
    help = (
        "status: where the sale and its gate are. rebuild: load the gate anew from PostgreSQL."
        " verify: prove every unit, claim and order. report: what it came to."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["status", "rebuild", "verify", "report"])
        parser.add_argument("sale_id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        sale = Sale.objects.filter(pk=options["sale_id"]).first()
        if sale is None:
            raise CommandError(f"There is no sale {options['sale_id']}.")
        acts = {
            "status": self._status,
            "rebuild": self._rebuild,
            "verify": self._verify,
            "report": self._report,
        }
        acts[options["act"]](sale)

    def _status(self, sale: Sale) -> None:
        units = conservation.count(sale.pk)
        times = selectors.times_of(sale)
        now = phase(times=times, state=sale.state, remain=units.free, now=clock.now())
        self.stdout.write(f"{sale.title}: {sale.state}, {now}, epoch {sale.epoch}")
        self.stdout.write(f"reserved {sale.reserved - sale.withdrawn}, {_words(units)}")
        try:
            gate = published.read(sale.pk)
        except redis.RedisError as error:
            self.stdout.write(f"gate: away ({error})")
            return
        state = "open" if gate.is_open else gate.notice or "closed"
        self.stdout.write(f"gate: {state}, epoch {gate.epoch}, remain {gate.remain}")
        self.stdout.write(f"in line: {gate.backlog}, gathered for the window: {gate.gathered}")
        for wave in sale.waves.all():
            opened = f"opened with {wave.units} units" if wave.opened_at else "to come"
            self.stdout.write(f"wave {wave.number} at {wave.opens_at.isoformat()}: {opened}")

    def _rebuild(self, sale: Sale) -> None:
        """The controller keeps it open afterwards; without one it closes with its lease."""
        if sale.state != SaleState.APPROVED:
            raise CommandError(f"Sale {sale.pk} is {sale.state}: its gate stays closed.")
        began = time.monotonic()
        try:
            load_gate(sale, now=clock.now())
        except redis.RedisError as error:
            raise CommandError(f"The gate is away: {error}") from error
        sale.refresh_from_db()
        took = time.monotonic() - began
        self.stdout.write(f"Gate of sale {sale.pk} open, epoch {sale.epoch}, in {took:.1f} s.")

    def _report(self, sale: Sale) -> None:
        self.stdout.write(reports.text(sale))

    def _verify(self, sale: Sale) -> None:
        self.stdout.write(_words(conservation.count(sale.pk)))
        faults = verification.faults(sale.pk)
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} things are wrong with sale {sale.pk}.")
        self.stdout.write(f"Sale {sale.pk} proves: every unit, claim and order agree.")


def _words(units: conservation.Count) -> str:
    return (
        f"free {units.free} + held {units.held} + paid {units.paid} + pooled {units.pooled}"
        f" + returned {units.returned} of {units.pledged} pledged"
    )

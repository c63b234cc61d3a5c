"""Ask about one sale from the console."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flashsale import selectors, verification
from flashsale.gate import published
from flashsale.models import Sale
from flashsale.phases import phase
from flashsale.services import conservation, reports
from socialcommerce.lib import clock, redis


class Command(BaseCommand):
    help = (
        "status: where the sale and its gate are. verify: prove every unit, claim and order."
        " report: what it came to."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["status", "verify", "report"])
        parser.add_argument("sale_id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        sale = Sale.objects.filter(pk=options["sale_id"]).first()
        if sale is None:
            raise CommandError(f"There is no sale {options['sale_id']}.")
        if options["act"] == "status":
            self._status(sale)
        elif options["act"] == "report":
            self.stdout.write(reports.text(sale))
        else:
            self._verify(sale)

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

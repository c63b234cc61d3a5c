"""`payment`: a checkout from the wallet over HTTP, from the request to the order that is committed.

The very form that the page sends, of people who are signed in: price, stock, order, payment and
ledger in one transaction. Spread over a market of products, and all for one of them.
"""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from django.db.models import Sum

from accounts.models import Address
from benchmarks import crowd, load, page, sales, zeros
from benchmarks.aims import AIMS
from benchmarks.load import HOST_NAME, Plan
from benchmarks.meters import Meter
from benchmarks.page import CONNECTIONS, Visitor
from benchmarks.reports import Report, Zeros
from benchmarks.rivals import pgbench
from benchmarks.rounds import Contender, Figures, interleaved
from benchmarks.stack import Stack
from shop.models import Order, StockItem, Variant
from shop.order_states import OrderState
from shop.services.quotes import quote
from socialcommerce.lib import clock

SIZES = {
    "tiny": {"people": 30, "products": 5, "rounds": 1, "seconds": 2},
    "reduced": {"people": 2_500, "products": 100, "rounds": 3, "seconds": 4},
    "full": {"people": 10_000, "products": 500, "rounds": 5, "seconds": 10},
}
BOUGHT: Final = "303"  # on the way to the order's page
ORIGIN: Final = f"Origin: https://{HOST_NAME}\r\n"
LOOK_SECONDS: Final = 0.3


class Payment:
    """Each round everybody buys once; the shelves are full enough for all rounds."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.purchases = Zeros(), 0
        self.empty_port = stack.serve("empty", "benchmarks.rivals.empty:application")
        self.visitors = page.sign_in(size["people"])
        homes = Address.objects.filter(profile__in=[one.profile_id for one in self.visitors])
        self.homes = dict(homes.values_list("profile_id", "pk"))
        pieces = size["people"] * (2 * size["rounds"] + 1)
        self.market = [sales.shelve(pieces, now=clock.now()) for _one in range(size["products"])]
        pgbench.prepare()
        self.buy(self.market[:1])  # what a process's first checkout costs is not what is measured

    def buy(self, variants: Sequence[Variant]) -> Figures:
        """An order counts when its buyer was sent to it. Raises RuntimeError if none was."""
        self.purchases += 1
        key = f"bench-{self.purchases}"
        people, journal = self.write(key, variants), self.stack.folder / "journal"
        before = _on_hand(variants)
        with Meter(self.stack.roots) as meter:
            heard = load.run(self.plan(self.stack.port, people, variants[0], journal=journal))
        bought = heard.ends.get(BOUGHT, 0)
        if not bought:
            raise RuntimeError(f"Nobody could buy: {heard}")
        _wait_until_all_is_committed(key)
        taken = before - _on_hand(variants)
        self.zeros += zeros.of_purchases(key, taken=taken, journal=journal)
        return {
            "orders_per_second": bought / heard.seconds,
            "errors": heard.errors,
            "p50_ms": heard.p50_ms,
            "p95_ms": heard.p95_ms,
            "p99_ms": heard.p99_ms,
            "web_cpu_us": meter.cpu_seconds["web"] * 1e6 / bought,
            "postgres_cpu_us": meter.cpu_seconds["postgres"] * 1e6 / bought,
            "visitors_cpu_us": heard.cpu_seconds * 1e6 / heard.requests,
        }

    def empty(self) -> Figures:
        """The same bytes to a view that does nothing."""
        people = self.write("nothing", self.market)
        heard = load.run(self.plan(self.empty_port, people, self.market[0], repeats=True))
        return {"per_second": heard.requests / heard.seconds}

    def rival(self) -> Figures:
        said = pgbench.per_second(
            "simple-update", connections=CONNECTIONS, seconds=self.size["seconds"]
        )
        return {"per_second": said}

    def plan(
        self,
        port: int,
        people: Path,
        variant: Variant,
        *,
        journal: Path | None = None,
        repeats: bool = False,
    ) -> Plan:
        return Plan(
            port,
            people,
            f"/checkout/{variant.product_id}/",
            ("200" if repeats else BOUGHT,),
            seconds=self.size["seconds"],
            accept="text/html",
            headers=ORIGIN,
            connections=CONNECTIONS,
            journal=journal,
            repeats=repeats,
        )

    def write(self, key: str, variants: Sequence[Variant]) -> Path:
        """Everybody's form, each for another of the variants."""
        total = quote(
            store=variants[0].product.store,
            unit_price_minor=variants[0].price_minor,
            quantity=1,
        ).total_minor
        lines = (
            (
                visitor.profile_id,
                visitor.header,
                self.form(visitor, variants[number % len(variants)], key=key, total_minor=total),
            )
            for number, visitor in enumerate(self.visitors)
        )
        return load.write_people(self.stack.folder / "buyers", lines)

    def form(self, visitor: Visitor, variant: Variant, *, key: str, total_minor: int) -> str:
        return urlencode(
            {
                "csrfmiddlewaretoken": visitor.secret,
                "variant": variant.pk,
                "quantity": 1,
                "address": self.homes[visitor.profile_id],
                "pay_with": "wallet",
                "seen_total_minor": total_minor,
                "key": key,
            }
        )


def _on_hand(variants: Sequence[Variant]) -> int:
    shelves = StockItem.objects.filter(variant__in=[variant.pk for variant in variants])
    return int(shelves.aggregate(sum=Sum("on_hand"))["sum"])


def _wait_until_all_is_committed(key: str) -> None:
    """Whoever was under way when the time was up has the order by now, or never will."""
    orders = Order.objects.filter(key=key, state=OrderState.PAID)
    count = -1
    while count != (count := orders.count()):
        time.sleep(LOOK_SECONDS)


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    crowd.gather(size["people"], now=clock.now())
    crowd.fill_wallets(size["people"], now=clock.now())
    run = Payment(stack, size)
    contenders: dict[str, Contender] = {
        "plaza": partial(run.buy, run.market),
        "empty": run.empty,
        "hot": partial(run.buy, run.market[:1]),
        "pgbench": run.rival,
    }
    found = interleaved(size["rounds"], contenders)
    figures = found["plaza"]
    empty, simple = found["empty"]["per_second"], found["pgbench"]["per_second"]
    orders = figures["orders_per_second"]
    return Report(
        "payment",
        size,
        figures={**figures, "one_product_orders_per_second": found["hot"]["orders_per_second"]},
        limits={
            "empty_django_view_per_second": empty,
            "pgbench_simple_update_per_second": simple,
        },
        ratios={
            "to_empty_view": round(orders / empty, 3),
            "to_pgbench_simple_update": round(orders / simple, 3),
        },
        zeros=run.zeros,
        aims=AIMS["payment"],
        faults=zeros.of_books(),
    )

"""`ledger`: single movements online, from wallet to wallet, and into escrows: many, or one alone.

Each is a transaction of its own, committed before the next begins. What a hot merchant costs is
what one escrow for all does beside many; what PostgreSQL allows, pgbench says.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from django.conf import settings

from benchmarks import crowd, tellers, zeros
from benchmarks.aims import AIMS
from benchmarks.meters import Meter
from benchmarks.reports import Report, Zeros
from benchmarks.rivals import pgbench
from benchmarks.rounds import Contender, Figures, interleaved
from benchmarks.stack import Stack
from benchmarks.tellers import Shift
from payments.models import AccountKind, LedgerTransaction
from payments.services import chart
from socialcommerce.lib import clock

SIZES = {
    "tiny": {"people": 40, "stores": 10, "connections": 2, "rounds": 1, "seconds": 1},
    "reduced": {"people": 2_000, "stores": 500, "connections": 8, "rounds": 3, "seconds": 3},
    "full": {"people": 20_000, "stores": 5_000, "connections": 8, "rounds": 5, "seconds": 10},
}


class Books:
    """The ledger and its rivals on one database. Half of the people pay, the others are paid."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.shifts = Zeros(), 0
        people = [profile_id for profile_id, _user in crowd.people(size["people"])]
        half = len(people) // 2
        self.payers = _accounts(AccountKind.WALLET, people[:half])
        self.wallets = _accounts(AccountKind.WALLET, people[half:])
        self.escrows = _accounts(AccountKind.ESCROW, people[half : half + size["stores"]])
        pgbench.prepare()

    def move(self, payees: Sequence[int]) -> Figures:
        """What is told to be moved is in the books, once."""
        self.shifts += 1
        shift = Shift(f"{self.shifts}:", self.payers, payees, self.size["seconds"])
        with Meter({"postgres": self.stack.roots["postgres"]}) as meter:
            together = tellers.work(shift, count=self.size["connections"])
        crowd.pay_what_was_moved(shift.name)
        self.zeros += _compare(shift.name, together.moved)
        cpu_us = meter.cpu_seconds["postgres"] * 1e6 / together.moved
        return {**together.figures, "postgres_cpu_us": cpu_us}

    def rival(self, script: pgbench.Script) -> Figures:
        said = pgbench.per_second(
            script, connections=self.size["connections"], seconds=self.size["seconds"]
        )
        return {"per_second": said}


def _accounts(kind: AccountKind, profile_ids: Sequence[int]) -> list[int]:
    owners = [chart.owner_of(profile_id) for profile_id in profile_ids]
    found = chart.accounts(owners=owners, kind=kind, currency=settings.SITE_CURRENCY)
    return [found[owner] for owner in owners]


def _compare(name: str, moved: int) -> Zeros:
    booked = LedgerTransaction.objects.filter(scope=tellers.SCOPE, key__startswith=name).count()
    return Zeros(lost=max(0, moved - booked), duplicated=max(0, booked - moved))


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    crowd.gather(size["people"], now=clock.now())
    crowd.fill_wallets(size["people"], now=clock.now())
    run = Books(stack, size)
    contenders: dict[str, Contender] = {
        "online": partial(run.move, run.wallets),
        "simple_update": partial(run.rival, "simple-update"),
        "spread": partial(run.move, run.escrows),
        "hot": partial(run.move, run.escrows[:1]),
        "one_branch": partial(run.rival, "tpcb-like"),
    }
    found = interleaved(size["rounds"], contenders)
    online, limit = found["online"], found["simple_update"]["per_second"]
    spread, hot, branch = (found[name]["per_second"] for name in ("spread", "hot", "one_branch"))
    return Report(
        "ledger",
        size,
        figures={
            **{f"online_{name}": value for name, value in online.items()},
            "spread_per_second": spread,
            "hot_per_second": hot,
        },
        limits={"pgbench_simple_update_per_second": limit},
        rivals={"pgbench_tpc_b_one_branch_per_second": branch},
        ratios={
            "hot_to_spread": round(hot / spread, 3),
            "online_to_pgbench_simple_update": round(online["per_second"] / limit, 3),
        },
        zeros=run.zeros,
        aims=AIMS["ledger"],
        faults=zeros.of_books(),
    )

"""Figures by the second: counted at the gate, kept as rows for charts, reports and rehearsals.

Web processes add to the hash `keys.seconds` under "<unix second>:<what>", where what is one of
COUNTED or, for how long a claim took in the web process, "ms<bound>" with a bound of BOUNDS_MS.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Count, Sum
from django.db.models.functions import TruncSecond

from flashsale.gate.counters import BOUNDS_MS
from flashsale.gate.keys import Keys
from flashsale.intake import streams
from flashsale.models import Claim, Sale, Second, Unit
from flashsale.unit_states import UnitState
from socialcommerce.lib import redis

COUNTED: Final = {
    "reserve": "reserve_requests",
    "claim": "claim_requests",
    "admitted": "admitted",
    "shed": "shed",
    "error": "errors",
}
# A process may be late with its counts; afterwards a second does not change any more.
SETTLES_SECONDS: Final = 15
# A batch is committed so long after its time at most; and of so many newest claims none that the
# drain could have written in that time is left out. Both keep a question of each second small.
HELD_SETTLES_SECONDS: Final = 5
NEWEST_CLAIMS: Final = 25_000

Counts = dict[int, Counter[str]]


def collect(sale: Sale, *, now: datetime) -> None:
    """What was counted lately is in rows. Repeating it changes nothing but what came in since.

    Called by the controller each second. Raises redis.RedisError.
    """
    client, keys = redis.gate(), Keys(sale.pk)
    counts = _read(client, keys)
    this = int(now.timestamp())
    paid = 0
    since = this - HELD_SETTLES_SECONDS
    if now >= sale.starts_at:
        for at, held in _held(sale, since=since).items():
            counts.setdefault(at, Counter())["held"] = held
        paid = _newly_paid(sale, at=this)
    lag = streams.backlog(client, keys.claims) + streams.backlog(client, keys.reservations)
    if paid or lag:
        counts.setdefault(this, Counter())
    rows = [_row(sale, at, counted) for at, counted in counts.items()]
    for row in rows:
        if int(row.at.timestamp()) == this:
            row.paid, row.lag = paid, lag
    _write(rows, this, since=since)
    settled = [at for at in counts if at < this - SETTLES_SECONDS]
    _forget(client, keys, settled)


def _read(client: redis.Redis, keys: Keys) -> Counts:
    raw: Any = client.hgetall(keys.seconds)
    counts: Counts = {}
    for name, value in raw.items():
        at, _colon, what = name.decode().partition(":")
        counts.setdefault(int(at), Counter())[what] = int(value)
    return counts


def _held(sale: Sale, *, since: int) -> dict[int, int]:
    newest = Claim.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    recent = Claim.objects.filter(
        pk__gt=newest - NEWEST_CLAIMS,
        sale=sale,
        unit__isnull=False,
        created_at__gte=datetime.fromtimestamp(since, tz=UTC),
    )
    by_second = recent.annotate(at=TruncSecond("created_at")).values_list("at")
    return {
        int(at.timestamp()): count for at, count in by_second.annotate(count=Count("pk")).order_by()
    }


def _newly_paid(sale: Sale, *, at: int) -> int:
    """Paid units beyond those that earlier seconds have counted; refunds count for nothing."""
    paid = Unit.objects.filter(sale=sale, state=UnitState.PAID).count()
    earlier = Second.objects.filter(sale=sale, at__lt=datetime.fromtimestamp(at, tz=UTC))
    return max(0, paid - (earlier.aggregate(sum=Sum("paid"))["sum"] or 0))


def _row(sale: Sale, at: int, counted: Counter[str]) -> Second:
    fields: dict[str, Any] = {field: counted[what] for what, field in COUNTED.items()}
    return Second(
        sale=sale,
        at=datetime.fromtimestamp(at, tz=UTC),
        held=counted["held"],
        p95_ms=_p95(counted),
        **fields,
    )


def _p95(counted: Counter[str]) -> float:
    """The bound below which 95 of 100 claims of the second were answered; 0 without any."""
    total = sum(counted[f"ms{bound}"] for bound in BOUNDS_MS)
    reached = 0
    for bound in BOUNDS_MS:
        reached += counted[f"ms{bound}"]
        if total and reached * 100 >= total * 95:
            return float(bound)
    return 0.0


def _write(rows: list[Second], this: int, *, since: int) -> None:
    """Only the present second has a lag and what was newly paid, and what was held before `since`
    stands.
    """
    parts = defaultdict[str, list[Second]](list)
    for row in rows:
        at = int(row.at.timestamp())
        parts["now" if at == this else "lately" if at >= since else "before"].append(row)
    told = [*COUNTED.values(), "p95_ms"]
    fields = {"before": told, "lately": [*told, "held"], "now": [*told, "held", "paid", "lag"]}
    for name, part in parts.items():
        Second.objects.bulk_create(
            part, update_conflicts=True, unique_fields=["sale", "at"], update_fields=fields[name]
        )


def _forget(client: redis.Redis, keys: Keys, settled: list[int]) -> None:
    whats = [*COUNTED, *(f"ms{bound}" for bound in BOUNDS_MS)]
    names = [f"{at}:{what}" for at in settled for what in whats]
    if names:
        client.hdel(keys.seconds, *names)

"""What an operator watches while a sale runs: figures and their last minutes, page-shaped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from flashsale import selectors
from flashsale.gate import published
from flashsale.gate.keys import GROUP, Keys
from flashsale.gate.published import Published
from flashsale.intake import streams
from flashsale.models import DeadLetter, Sale, Second
from flashsale.phases import WORDS, Phase, phase
from flashsale.sale_states import SaleState
from flashsale.services.watch import conservation
from socialcommerce import health
from socialcommerce.lib import redis

CHART_SECONDS: Final = 180
POINTS_MAX: Final = 600
COUNTED_SECONDS: Final = 60
# The row of the present second still grows; the one before is whole within a second or two.
LATEST_AFTER: Final = timedelta(seconds=2)
BUSY_MS: Final = 10_000
LAG_HIGH: Final = 10_000
SLOW_MS: Final = 250
CHARTED: Final = ("claim_requests", "held", "paid", "lag", "p95_ms", "shed", "errors")


@dataclass(frozen=True, slots=True)
class Figure:
    """`tone` is "", "good", "warning" or "danger"; `note` says it in words."""

    code: str
    title: str | Promise
    value: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate at one moment; `state` is None with Redis away."""

    state: Published | None
    claims: int = 0
    reservations: int = 0
    drains: int = 0


@dataclass(frozen=True, slots=True)
class Live:
    sale: Sale
    phase: Phase
    at: datetime
    figures: Sequence[Figure]
    seconds: Sequence[Second]

    @property
    def phase_words(self) -> str:
        return str(WORDS[self.phase])

    def as_json(self) -> dict[str, Any]:
        """For the page's script, each second."""
        return {
            "phase": self.phase,
            "phase_words": self.phase_words,
            "state": self.sale.state,
            "at": f"{timezone.localtime(self.at):%H:%M:%S}",
            "figures": {
                one.code: {"value": one.value, "tone": one.tone, "note": one.note}
                for one in self.figures
            },
            "chart": columns(self.seconds, until=self.at - LATEST_AFTER),
        }


def columns(seconds: Sequence[Second], *, until: datetime) -> dict[str, list[Any]]:
    """For a chart: a point a second from the first one on, quiet ones included; of a long time
    at most POINTS_MAX, each with the highest of the seconds that it stands for.
    """
    rows = {int(row.at.timestamp()): row for row in seconds}
    first, last = min(rows, default=0), int(until.timestamp())
    step = max(1, (last - first) // POINTS_MAX + 1)
    starts = range(first, last + 1, step) if rows else range(0)
    parts = [[rows[at] for at in range(start, start + step) if at in rows] for start in starts]
    named: dict[str, list[Any]] = {
        name: [max((getattr(row, name) for row in part), default=0) for part in parts]
        for name in CHARTED
    }
    zone = timezone.get_current_timezone()
    named["at"] = [f"{datetime.fromtimestamp(at, tz=zone):%H:%M:%S}" for at in starts]
    return named


def of(sale: Sale, *, now: datetime) -> Live:
    """A fixed number of queries and one look at the gate; Redis may be away."""
    count, gate = conservation.count(sale.pk), _gate(sale)
    since = now - timedelta(seconds=CHART_SECONDS)
    seconds = list(Second.objects.filter(sale=sale, at__gte=since).order_by("at"))
    times = selectors.times_of(sale)
    return Live(
        sale=sale,
        phase=phase(times=times, state=sale.state, remain=count.free, now=now),
        at=now,
        figures=[
            *_traffic(seconds, gate, now=now),
            *_units(sale, count),
            *_health(sale, gate, now=now),
        ],
        seconds=seconds,
    )


def _gate(sale: Sale) -> Gate:
    client, keys = redis.gate(), Keys(sale.pk)
    try:
        return Gate(
            state=published.read(sale.pk),
            claims=streams.backlog(client, keys.claims),
            reservations=streams.backlog(client, keys.reservations),
            drains=_drains(client, keys),
        )
    except redis.RedisError:
        return Gate(state=None)


def _drains(client: redis.Redis, keys: Keys) -> int:
    """Workers that have lately read from one of the sale's streams."""
    busy: set[bytes] = set()
    for stream in (keys.claims, keys.reservations):
        try:
            consumers = client.xinfo_consumers(stream, GROUP)
        except redis.ResponseError:  # no stream or group yet
            continue
        busy |= {one["name"] for one in consumers if one["idle"] < BUSY_MS}
    return len(busy)


def _traffic(seconds: Sequence[Second], gate: Gate, *, now: datetime) -> Iterator[Figure]:
    latest = _latest(seconds, now=now)
    yield Figure("claims", _("Claims a second"), f"{latest.claim_requests:,}")
    yield Figure("held_now", _("Held a second"), f"{latest.held:,}")
    yield Figure("paid_now", _("Paid a second"), f"{latest.paid:,}")
    yield _lag("lag", _("Claims in line"), gate.claims, gate)
    yield _lag("reserve_lag", _("Reservations in line"), gate.reservations, gate)
    slow = latest.p95_ms > SLOW_MS
    yield Figure(
        "p95",
        _("95 of 100 claims within"),
        f"{latest.p95_ms:g} ms" if latest.p95_ms else "–",
        "warning" if slow else "",
        _("slow") if slow else "",
    )
    counted = [row for row in seconds if row.at > now - timedelta(seconds=COUNTED_SECONDS)]
    errors, shed = sum(row.errors for row in counted), sum(row.shed for row in counted)
    yield Figure("errors", _("Errors in a minute"), f"{errors:,}", "danger" if errors else "")
    yield Figure("shed", _("Turned away in a minute"), f"{shed:,}", "warning" if shed else "")


def _latest(seconds: Sequence[Second], *, now: datetime) -> Second:
    """The last second that is whole; an empty one where nothing was counted then."""
    whole = (now - LATEST_AFTER).replace(microsecond=0)
    return next((row for row in reversed(seconds) if row.at == whole), Second(at=whole))


def _lag(code: str, title: str, entries: int, gate: Gate) -> Figure:
    if gate.state is None:
        return Figure(code, title, "–", "danger", _("the gate does not answer"))
    high = entries > LAG_HIGH
    note = _("more than the workers keep up with") if high else ""
    return Figure(code, title, f"{entries:,}", "warning" if high else "", note)


def _units(sale: Sale, count: conservation.Count) -> Iterator[Figure]:
    yield Figure("reserved", _("Reserved"), f"{sale.reserved - sale.withdrawn:,}")
    yield Figure("pledged", _("Pledged"), f"{count.pledged:,}")
    yield Figure("free", _("Free"), f"{count.free:,}")
    yield Figure("held", _("Held"), f"{count.held:,}")
    yield Figure("paid", _("Paid"), f"{count.paid:,}")
    yield Figure("pooled", _("Pooled"), f"{count.pooled:,}")
    holds = count.holds or sale.approved_at is None
    yield Figure(
        "conservation",
        _("Every unit accounted for"),
        _("holds") if holds else _("BROKEN"),
        "good" if holds else "danger",
        "" if holds else _("do not resume before the books prove"),
    )


def _health(sale: Sale, gate: Gate, *, now: datetime) -> Iterator[Figure]:
    yield _gate_figure(sale, gate)
    yield Figure("epoch", _("Epoch"), str(sale.epoch))
    worker, controller = health.state_of("worker"), health.state_of("controller")
    there = worker == "ok"
    value = _("%(count)s draining") % {"count": gate.drains} if gate.drains else _("ready")
    yield Figure(
        "workers",
        _("Workers"),
        value if there else _("missing"),
        "good" if there else "danger",
        "" if there else worker,
    )
    leads = controller == "ok"
    yield Figure(
        "controller",
        _("Controller"),
        _("runs") if leads else _("missing"),
        "good" if leads else "danger",
        "" if leads else controller,
    )
    letters = DeadLetter.objects.filter(sale=sale).count()
    yield Figure("letters", _("Dead letters"), f"{letters:,}", "danger" if letters else "")


def _gate_figure(sale: Sale, gate: Gate) -> Figure:
    title = _("Gate")
    if gate.state is None:
        return Figure("gate", title, _("away"), "danger", _("Redis does not answer"))
    if gate.state.restoring:
        return Figure("gate", title, _("restoring"), "warning", _("earlier places come first"))
    if gate.state.is_open:
        return Figure("gate", title, _("open"), "good")
    expected = sale.state != SaleState.APPROVED
    return Figure("gate", title, _("closed"), "" if expected else "danger", gate.state.notice)

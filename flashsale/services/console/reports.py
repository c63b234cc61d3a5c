"""What a sale came to: the funnel from reservation to money, as page, text and CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Max, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from flashsale.claim_states import ClaimState
from flashsale.models import Claim, Sale, SaleKind, Second
from flashsale.services import attendance
from flashsale.services.watch import conservation
from payments.models import Payment
from socialcommerce.lib import sheets
from socialcommerce.lib.money import Money, format_money

SECOND_COLUMNS: Final = (
    "reserve_requests", "claim_requests", "admitted", "held", "paid", "lag", "shed", "errors",
    "p95_ms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Takings:
    """Minor units of the sale's currency. `kept` is what was captured and not given back."""

    captured: int
    refunded: int
    fees: int

    @property
    def kept(self) -> int:
        return self.captured - self.refunded


@dataclass(frozen=True, slots=True)
class Report:
    """People are counted once; claims once a slot. `came` is None where nobody need come."""

    sale: Sale
    units: conservation.Count
    states: dict[str, int]
    served: int
    came: int | None
    ever_held: int
    busiest: int
    slowest_p95_ms: float
    takings: Takings

    @property
    def reserved(self) -> int:
        return self.sale.reserved - self.sale.withdrawn

    @property
    def show_rate(self) -> int | None:
        """Per cent of those who reserved that came, rounded half up."""
        if self.came is None or not self.reserved:
            return None
        return (200 * self.came + self.reserved) // (2 * self.reserved)

    @property
    def unmet(self) -> int:
        """People who wanted a unit and never held one: who came, or in a draw who took part."""
        return max(0, (self.reserved if self.came is None else self.came) - self.served)

    @property
    def sold_out_after(self) -> timedelta | None:
        """From the start to the first moment without a free unit."""
        moment = self.sale.sold_out_at
        return max(timedelta(), moment - self.sale.starts_at) if moment else None


@dataclass(frozen=True, slots=True)
class Line:
    label: str | Promise
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str | Promise
    lines: list[Line]


def of(sale: Sale) -> Report:
    """Everything as it stands now; a fixed number of queries."""
    claims = Claim.objects.filter(sale=sale)
    had = claims.filter(unit__isnull=False)
    seconds = Second.objects.filter(sale=sale).aggregate(
        busiest=Max("claim_requests"), slowest=Max("p95_ms")
    )
    return Report(
        sale=sale,
        units=conservation.count(sale.pk),
        states=dict(claims.values_list("state").annotate(count=Count("pk")).order_by()),
        served=had.values("person").distinct().count(),
        came=None if sale.kind == SaleKind.DRAW else _came(sale),
        ever_held=had.count(),
        busiest=seconds["busiest"] or 0,
        slowest_p95_ms=seconds["slowest"] or 0.0,
        takings=_takings(sale),
    )


def sections(report: Report) -> list[Section]:
    """The report in words, for the page, the text and the file alike."""
    return [
        Section(_("Demand"), _demand(report)),
        Section(pgettext("of a sale", "Claims"), _claims(report)),
        Section(_("Units"), _units(report)),
        Section(_("Money"), _money(report)),
        Section(_("Speed"), _speed(report)),
    ]


def text(sale: Sale) -> str:
    """For the console: a line a figure."""
    lines = [f"{sale.title}: {sale.get_state_display()}"]
    for section in sections(of(sale)):
        lines.append(f"\n{section.title}")
        lines += [f"  {line.label}: {line.value}" for line in section.lines]
    return "\n".join(lines)


def as_csv(sale: Sale) -> str:
    """The figures, an empty line, then a row a second. No cell is a formula."""
    return "".join(sheets.lines([sheets.safe(cell) for cell in row] for row in _rows(sale)))


def _rows(sale: Sale) -> Iterator[list[str]]:
    yield [_("Sale"), sale.title]
    for section in sections(of(sale)):
        yield from ([str(section.title), str(line.label), line.value] for line in section.lines)
    yield []
    yield ["at", *SECOND_COLUMNS]
    for second in Second.objects.filter(sale=sale).order_by("at").iterator():
        yield [second.at.isoformat(), *(str(getattr(second, name)) for name in SECOND_COLUMNS)]


def _came(sale: Sale) -> int:
    return int.from_bytes(attendance.bits(sale.pk)).bit_count()


def _takings(sale: Sale) -> Takings:
    paid = Claim.objects.filter(sale=sale, order__payment__isnull=False)
    sums = Payment.objects.filter(pk__in=paid.values("order__payment")).aggregate(
        captured=Sum("captured_minor"), refunded=Sum("refunded_minor"), fees=Sum("fee_minor")
    )
    return Takings(sums["captured"] or 0, sums["refunded"] or 0, sums["fees"] or 0)


def _demand(report: Report) -> list[Line]:
    lines = [Line(_("Reserved"), str(report.reserved))]
    if report.sale.withdrawn:
        lines.append(Line(_("Withdrawn"), str(report.sale.withdrawn)))
    if report.came is not None:
        lines.append(Line(_("Came"), str(report.came)))
    if report.show_rate is not None:
        lines.append(Line(_("Show rate"), f"{report.show_rate} %"))
    return [
        *lines,
        Line(_("Got a unit to pay"), str(report.served)),
        Line(_("Wanted one and got none"), str(report.unmet)),
    ]


OUTCOMES: Final = {
    ClaimState.PAID: gettext_lazy("Paid"),
    ClaimState.HELD: gettext_lazy("Held, not paid yet"),
    ClaimState.PAYING: gettext_lazy("Being paid"),
    ClaimState.EXPIRED: gettext_lazy("Not paid in time"),
    ClaimState.REFUNDED: gettext_lazy("Refunded"),
    ClaimState.NO_STOCK: gettext_lazy("No unit left"),
    ClaimState.REFUSED: gettext_lazy("Refused"),
}


def _claims(report: Report) -> list[Line]:
    counted = [Line(title, str(report.states.get(state, 0))) for state, title in OUTCOMES.items()]
    return [
        Line(_("Decided"), str(sum(report.states.values()))),
        Line(_("Got a unit"), str(report.ever_held)),
        *counted,
    ]


def _units(report: Report) -> list[Line]:
    units = report.units
    named = {
        _("Pledged"): units.pledged,
        _("Free"): units.free,
        _("Held"): units.held,
        _("Paid"): units.paid,
        _("Pooled"): units.pooled,
        _("Returned to stock"): units.returned,
    }
    verdict = _("holds") if units.holds else _("BROKEN")
    return [
        *(Line(title, str(count)) for title, count in named.items()),
        Line(_("Every unit accounted for"), verdict),
    ]


def _money(report: Report) -> list[Line]:
    takings, currency = report.takings, report.sale.currency
    named = {
        _("Taken"): takings.captured,
        _("Given back"): takings.refunded,
        _("Kept"): takings.kept,
        _("Fees of the site, where settled"): takings.fees,
    }
    return [Line(title, format_money(Money(amount, currency))) for title, amount in named.items()]


def _speed(report: Report) -> list[Line]:
    after = report.sold_out_after
    sold_out = _("not sold out")
    if after is not None and report.sale.sold_out_at is not None:
        at = timezone.localtime(report.sale.sold_out_at)
        seconds = f"{after.total_seconds():.1f}"
        sold_out = _("after %(seconds)s s, at %(at)s") % {
            "seconds": seconds,
            "at": f"{at:%H:%M:%S}",
        }
    return [
        Line(_("Sold out"), sold_out),
        Line(_("Claims in the busiest second"), str(report.busiest)),
        Line(_("Slowest second: 95 of 100 claims within"), f"{report.slowest_p95_ms:g} ms"),
    ]

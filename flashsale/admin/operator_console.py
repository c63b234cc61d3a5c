"""The operator's pages of one sale: check-list, live figures, report, audit log."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.sites import operator_site
from flashsale.admin import operator_acts as acts
from flashsale.models import Act, Sale, Second
from flashsale.pages import live as watching
from flashsale.sale_states import SaleState
from flashsale.services.console import checklist, reports
from flashsale.services.console.sale_rules import Level
from socialcommerce.lib import clock, http

ACTS_SHOWN: Final = 500
WORDS: Final = {
    "approved": _("Approved"),
    "paused": _("Paused"),
    "resumed": _("Resumed"),
    "closed": _("Closed early"),
    "cancelled": _("Cancelled"),
    "settled": _("Settled"),
    "stock": _("Stock changed"),
    "cloned": _("Made from another sale"),
    "rehearse": _("Rehearsal asked for"),
    "party_invited": _("Party of the seed invited"),
    "drawn": _("Drawn"),
    "void": _("Void: a secret was kept back"),
    "void_told": _("People told that it is void"),
    "wave": _("Wave opened"),
    "letter_reworked": _("Dead letter worked again"),
    "letter_discarded": _("Dead letter given up"),
}


@http.require("GET")
def check_list(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Whether the sale can be approved like this, and what to do where it cannot."""
    sale = _sale(sale_id)
    lots = list(sale.lots.select_related("variant__product__store__profile"))
    # An announced sale is judged as it was when it was announced.
    checks = checklist.run(sale, lots, now=sale.approved_at or clock.now())
    blocked = any(check.level == Level.BLOCKING for check in checks)
    may_approve = sale.state == SaleState.DRAFT and not blocked
    context = {"checks": checks, "blocked": blocked, "may_approve": may_approve}
    return _page(request, sale, "checklist", _("Check-list"), context)


@http.require("GET")
def live(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Figures of this moment; the script asks for them each second, without it the page does."""
    sale, now = _sale(sale_id), clock.now()
    context = {
        "live": watching.of(sale, now=now),
        "acts": acts.offered(sale, now=now),
        "stock_may_change": acts.may_change_stock(sale, now=now),
    }
    return _page(request, sale, "live", _("Live"), context)


@http.require("GET")
def figures(request: HttpRequest, sale_id: int) -> JsonResponse:
    return JsonResponse(watching.of(_sale(sale_id), now=clock.now()).as_json())


@http.require("GET")
def report(request: HttpRequest, sale_id: int) -> HttpResponse:
    sale = _sale(sale_id)
    rows = list(Second.objects.filter(sale=sale, at__gte=sale.starts_at).order_by("at"))
    chart = watching.columns(rows, until=rows[-1].at) if rows else {}
    context = {"sections": reports.sections(reports.of(sale)), "chart": chart}
    return _page(request, sale, "report", _("Report"), context)


@http.require("GET")
def report_csv(request: HttpRequest, sale_id: int) -> HttpResponse:
    response = HttpResponse(reports.as_csv(_sale(sale_id)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sale-{sale_id}.csv"'
    return response


@http.require("GET")
def audit_log(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Every act, the newest first; what the system did by itself has no name beside it."""
    sale = _sale(sale_id)
    rows = Act.objects.filter(sale=sale).select_related("by")[:ACTS_SHOWN]
    told = [(row, WORDS.get(row.kind, row.kind), _words(row)) for row in rows]
    return _page(request, sale, "log", _("Audit log"), {"acts": told})


def urls() -> list[URLPattern]:
    """For the model admin of sales, before its own."""
    pages = {
        "check-list/": (check_list, "checklist"),
        "live/": (live, "live"),
        "live.json": (figures, "figures"),
        "report/": (report, "report"),
        "report.csv": (report_csv, "report_csv"),
        "log/": (audit_log, "log"),
        "stock/": (acts.stock, "stock"),
        "clone/": (acts.clone, "clone"),
    }
    named = [
        path(f"<int:sale_id>/{tail}", operator_site.admin_view(view), name=f"flashsale_sale_{name}")
        for tail, (view, name) in pages.items()
    ]
    act = operator_site.admin_view(acts.act)
    return [*named, path("<int:sale_id>/act/<slug:name>/", act, name="flashsale_sale_act")]


def _sale(sale_id: int) -> Sale:
    return get_object_or_404(Sale, pk=sale_id)


def _words(act: Act) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in act.detail.items())


def _page(
    request: HttpRequest, sale: Sale, here: str, title: Any, context: dict[str, Any]
) -> HttpResponse:
    whole = {
        **operator_site.each_context(request),
        "title": f"{sale.title}: {title}",
        "sale": sale,
        "here": here,
        "show_back_button": True,
        "back_url": reverse("operator:flashsale_sale_changelist"),
        **context,
    }
    return render(request, f"flashsale/operator/{here}.html", whole)

"""What anybody may check of a sale, and what a person may check of their own part in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache

from accounts.decorators import PersonRequest, person_required
from flashsale import selectors
from flashsale.models import Sale
from flashsale.proof import verify_sale
from flashsale.services.fairness import fates, receipts, records
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.problems import NotFound

SCRIPT: Final = Path(verify_sale.__file__)


@never_cache
@http.require("GET")
def record(request: HttpRequest, sale_id: int) -> HttpResponse:
    """The public record as far as it goes, page by page out of the database or the final file."""
    limits.check(scope="record", subject=http.client_address(request), limit=20, window_seconds=60)
    lines: Iterator[bytes] = records.published(_public(sale_id))
    response = StreamingHttpResponse(lines, content_type="application/jsonl")
    response["Content-Disposition"] = f'attachment; filename="sale-{sale_id}.jsonl"'
    return response  # type: ignore[return-value]  # it is one as far as every caller goes


@http.require("GET")
def script(request: HttpRequest) -> HttpResponse:
    """The very file that this site's own tests run."""
    return FileResponse(  # type: ignore[return-value]  # as above
        SCRIPT.open("rb"), as_attachment=True, content_type="text/x-python; charset=utf-8"
    )


@never_cache
@http.require("GET")
@person_required
def receipt(request: PersonRequest, sale_id: int) -> HttpResponse:
    limits.check(scope="receipt", subject=str(request.user.pk), limit=20, window_seconds=60)
    mine = receipts.of_person(sale_id=sale_id, person=request.user.profile)
    response = JsonResponse(mine, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="receipt-{sale_id}.json"'
    return response


@never_cache
@http.require("GET")
def units(request: HttpRequest, sale_id: int) -> HttpResponse:
    """The fate of every unit, a page at a time."""
    rows, cursor = fates.page(_public(sale_id), cursor=request.GET.get("cursor"))
    context = {
        "sale": selectors.get(sale_id, now=clock.now()),
        "fates": rows,
        "next_url": f"?cursor={cursor}" if cursor else "",
    }
    return htmx.render(request, "flashsale/units.html", "flashsale/_unit_rows.html", context)


def _public(sale_id: int) -> Sale:
    sale = Sale.objects.public().filter(pk=sale_id).first()
    if sale is None:
        raise NotFound
    return sale

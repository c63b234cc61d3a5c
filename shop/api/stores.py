"""A store's money for its own programs: for whoever does not lead the store it is not there."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.person import person_of
from accounts.models import Role
from accounts.selectors import managed_profile_ids
from payments.models import Payout
from shop.api import schema, store_schema
from shop.models import Store
from shop.statements import store_statement
from socialcommerce.lib import api
from socialcommerce.lib.problems import NotFound

LEADERS = frozenset([Role.OWNER, Role.MANAGER])


class StoreStatement(APIView):
    @extend_schema(
        operation_id="store_statement",
        parameters=[store_schema.PeriodInput],
        responses={200: store_schema.StoreStatementOutput, **schema.refusals(400, 401, 404)},
    )
    def get(self, request: Request, handle: str) -> Response:
        """Opening, every order and payout of the period, closing: closing = opening + all net."""
        query = store_schema.PeriodInput(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = store_statement(_own_store(request, handle), query.period)
        return Response(store_schema.StoreStatementOutput(found).data)


class StorePayouts(APIView):
    @extend_schema(
        operation_id="store_payouts",
        parameters=[api.CURSOR, api.SIZE],
        responses={200: store_schema.PayoutPageOutput, **schema.refusals(400, 401, 404)},
    )
    def get(self, request: Request, handle: str) -> Response:
        """The newest first."""
        rows = Payout.objects.filter(payee=_own_store(request, handle).profile_id)
        return api.page_response(request, rows, _present)


def _own_store(request: Request, handle: str) -> Store:
    """Raises NotFound, also for a store that the caller does not lead."""
    led = managed_profile_ids(person_of(request), LEADERS)
    store = Store.objects.filter(profile__in=led, profile__handle=handle).first()
    if store is None:
        raise NotFound
    return store


def _present(rows: Sequence[Payout]) -> Sequence[Any]:
    return list(store_schema.PayoutOutput(list(rows), many=True).data)

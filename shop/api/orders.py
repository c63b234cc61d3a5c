"""Buying and what becomes of it, for programs: the same services as the pages."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.person import person_of
from shop.api import schema
from shop.models import Order
from shop.order_states import OrderState
from shop.services import checkout, evidence, orders
from shop.views.checkout import RETURN_URL
from socialcommerce.lib import api, clock, limits

ACT = {200: schema.OrderOutput, **schema.refusals(400, 401, 404, 409)}
PAID = {**schema.refusals(400, 401, 403, 404, 409, 422, 429)}


class Checkout(APIView):
    @extend_schema(
        operation_id="checkout",
        parameters=[api.IDEMPOTENCY_KEY],
        request=schema.CheckoutInput,
        responses={201: schema.CheckoutOutput, **PAID},
    )
    def post(self, request: Request) -> Response:
        """Buys one variant. The same key gives the same order; a decline is a state of it."""
        key = api.idempotency_key(request)
        body = schema.CheckoutInput(data=request.data)
        body.is_valid(raise_exception=True)
        person = person_of(request)
        limits.check(scope="checkout", subject=str(person.pk), limit=30, window_seconds=60)
        result = checkout.place(
            buyer=person.profile,
            key=key,
            now=clock.now(),
            return_url=RETURN_URL,
            **body.validated_data,
        )
        evidence.capture(result.order, environ=request.META, now=clock.now())
        return Response(schema.CheckoutOutput(result).data, status=201)


class Orders(APIView):
    @extend_schema(
        operation_id="orders",
        parameters=[api.CURSOR, api.SIZE],
        responses={200: schema.OrderPageOutput, **schema.refusals(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """The caller's own, the newest first."""
        return api.page_response(request, _own(request), _present)


class OrderDetail(APIView):
    @extend_schema(
        operation_id="order", responses={200: schema.OrderOutput, **schema.refusals(401, 404)}
    )
    def get(self, request: Request, number: str) -> Response:
        """Somebody else's is not found."""
        return Response(schema.OrderOutput(_order(request, number)).data)


class OrderPay(APIView):
    @extend_schema(
        operation_id="order_pay",
        parameters=[api.IDEMPOTENCY_KEY],
        request=schema.MeansInput,
        responses={200: schema.CheckoutOutput, **PAID},
    )
    def post(self, request: Request, number: str) -> Response:
        """Pays an order that awaits it, with another card or from the wallet after all."""
        key = api.idempotency_key(request)
        body = schema.MeansInput(data=request.data)
        body.is_valid(raise_exception=True)
        result = checkout.pay_order(
            order_id=_order(request, number).pk,
            buyer=person_of(request).profile,
            key=key,
            now=clock.now(),
            return_url=RETURN_URL,
            **body.validated_data,
        )
        evidence.capture(result.order, environ=request.META, now=clock.now())
        return Response(schema.CheckoutOutput(result).data)


class OrderCancel(APIView):
    @extend_schema(operation_id="order_cancel", request=schema.CancelInput, responses=ACT)
    def post(self, request: Request, number: str) -> Response:
        """Gives everything back before shipping. A repeat answers with the cancelled order."""
        body = schema.CancelInput(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data.get("reason", "")

        def cancel(order: Order) -> Order:
            return orders.cancel(order_id=order.pk, reason=reason, now=clock.now())

        return _act(request, number, cancel, done=OrderState.CANCELLED)


class OrderConfirmReceipt(APIView):
    @extend_schema(operation_id="order_confirm_receipt", request=None, responses=ACT)
    def post(self, request: Request, number: str) -> Response:
        """Pays the store. A repeat answers with the completed order."""

        def confirm(order: Order) -> Order:
            return orders.confirm_receipt(order_id=order.pk, now=clock.now())

        return _act(request, number, confirm, done=OrderState.COMPLETED)


def _act(
    request: Request, number: str, do: Callable[[Order], Order], *, done: OrderState
) -> Response:
    """The state is the idempotency key: who asks for what is so already gets it as it is."""
    order = _order(request, number)
    if order.state != done:
        do(order)
    return Response(schema.OrderOutput(_order(request, number)).data)


def _order(request: Request, number: str) -> Order:
    return orders.of_buyer(buyer=person_of(request).profile, number=number)


def _own(request: Request) -> "QuerySet[Order]":
    rows = Order.objects.filter(buyer=person_of(request).profile)
    return rows.select_related("store__profile").prefetch_related("lines")


def _present(rows: Sequence[Order]) -> Sequence[Any]:
    return [schema.OrderOutput(row).data for row in rows]

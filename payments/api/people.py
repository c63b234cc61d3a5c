"""A person's own money for programs: cashing out, the PIN, limits, closing the wallet."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from payments.api import people_schema as schema
from payments.api.callers import person_of, profile_of
from payments.api.schema import refusals
from payments.services.people import cash_outs, closing, pins, velocity
from socialcommerce.lib import api, clock, limits


class CashOuts(APIView):
    @extend_schema(
        operation_id="cash_out_quote",
        responses={200: schema.QuoteOutput, **refusals(401)},
    )
    def get(self, request: Request) -> Response:
        """What could go to which card now, the oldest top-up first."""
        quote = cash_outs.quote(profile_id=profile_of(request).pk)
        return Response(schema.QuoteOutput(quote).data)

    @extend_schema(
        operation_id="cash_out",
        parameters=[api.IDEMPOTENCY_KEY],
        request=schema.CashOutInput,
        responses={201: schema.CashOutOutput, **refusals(400, 401, 403, 409, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """The money has left the wallet; `state` says how far it is."""
        key = api.idempotency_key(request)
        body = schema.CashOutInput(data=request.data)
        body.is_valid(raise_exception=True)
        limits.check(scope="cash-out", subject=str(request.user.pk), limit=20, window_seconds=3_600)
        cash_out = cash_outs.ask(
            profile_id=profile_of(request).pk,
            amount_minor=body.validated_data["amount_minor"],
            pin=body.validated_data["pin"],
            key=key,
            now=clock.now(),
        )
        return Response(schema.CashOutOutput(cash_out).data, status=201)


class CashOutDetail(APIView):
    @extend_schema(
        operation_id="cash_out_detail",
        responses={200: schema.CashOutOutput, **refusals(401, 404)},
    )
    def get(self, request: Request, cash_out_id: int) -> Response:
        """One of the caller's; somebody else's is not found."""
        wanted = cash_out_id if cash_out_id <= schema.ID_MAX else 0
        cash_out = cash_outs.own(profile_id=profile_of(request).pk, cash_out_id=wanted)
        return Response(schema.CashOutOutput(cash_out).data)


class Pin(APIView):
    @extend_schema(
        operation_id="payment_pin",
        request=schema.PinInput,
        responses={204: None, **refusals(400, 401, 403, 422, 429)},
    )
    def put(self, request: Request) -> Response:
        """The person pays with this PIN from now on, and has a mail that says so."""
        body = schema.PinInput(data=request.data)
        body.is_valid(raise_exception=True)
        limits.check(
            scope="pin-password", subject=str(request.user.pk), limit=10, window_seconds=3_600
        )
        pins.set_pin(user=person_of(request), now=clock.now(), **body.validated_data)
        return Response(status=204)


class Limits(APIView):
    @extend_schema(
        operation_id="wallet_limits",
        responses={200: schema.GaugeOutput(many=True), **refusals(401)},
    )
    def get(self, request: Request) -> Response:
        """How much of each limit is used, in the site's currency."""
        gauges = velocity.gauges(profile_of(request).pk, now=clock.now())
        return Response(schema.GaugeOutput(gauges, many=True).data)


class Closing(APIView):
    @extend_schema(
        operation_id="wallet_closing",
        responses={200: schema.ClosingOutput, **refusals(401)},
    )
    def get(self, request: Request) -> Response:
        """Whether the wallet is closed, and what keeps it from being."""
        return self._said(request)

    @extend_schema(
        operation_id="wallet_close",
        request=None,
        responses={200: schema.ClosingOutput, **refusals(401, 409)},
    )
    def put(self, request: Request) -> Response:
        """The wallet is closed; a repeat changes nothing."""
        closing.close(profile_id=profile_of(request).pk, now=clock.now())
        return self._said(request)

    @extend_schema(operation_id="wallet_reopen", responses={204: None, **refusals(401)})
    def delete(self, request: Request) -> Response:
        """The wallet takes money again; a repeat changes nothing."""
        closing.reopen(profile_id=profile_of(request).pk)
        return Response(status=204)

    @staticmethod
    def _said(request: Request) -> Response:
        profile_id = profile_of(request).pk
        is_closed = closing.is_closed(profile_id)
        found = [] if is_closed else closing.obstacles(profile_id)
        body = {"is_closed": is_closed, "obstacles": [str(words) for words in found]}
        return Response(schema.ClosingOutput(body).data)

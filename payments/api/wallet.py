"""The wallet, its statement, top-ups, and payments."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from payments import selectors
from payments.api import schema
from payments.api.callers import profile_of
from payments.models import Payment
from payments.services import history, top_ups, wallets
from socialcommerce.lib import api, clock, limits
from socialcommerce.lib.problems import NotFound


class Wallet(APIView):
    @extend_schema(
        operation_id="wallet",
        parameters=[schema.CurrencyInput],
        responses={200: schema.WalletOutput, **schema.refusals(400, 401)},
    )
    def get(self, request: Request) -> Response:
        query = schema.CurrencyInput(data=request.query_params)
        query.is_valid(raise_exception=True)
        balance = wallets.balance(profile_id=profile_of(request).pk, **query.validated_data)
        return Response(schema.WalletOutput(balance).data)


class Balance(APIView):
    @extend_schema(
        operation_id="wallet_balance",
        parameters=[schema.MomentInput],
        responses={200: schema.MomentOutput, **schema.refusals(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """What the wallet had just before a moment."""
        query = schema.MomentInput(data=request.query_params)
        query.is_valid(raise_exception=True)
        at, currency = query.validated_data["at"], query.validated_data["currency"]
        wallet_id = selectors.wallet_id(profile_of(request), currency=currency)
        said = {
            "at": at,
            "posted_minor": history.balance_at(wallet_id, at),
            "currency": currency or settings.SITE_CURRENCY,
        }
        return Response(schema.MomentOutput(said).data)


class Statement(APIView):
    @extend_schema(
        operation_id="wallet_statement",
        parameters=[schema.PeriodInput, api.CURSOR, api.SIZE],
        responses={200: schema.StatementOutput, **schema.refusals(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """The movements of a period, the newest first."""
        query = schema.PeriodInput(data=request.query_params)
        query.is_valid(raise_exception=True)
        period = dict(query.validated_data)
        wallet_id = selectors.wallet_id(profile_of(request), currency=period.pop("currency"))
        return api.page_response(
            request,
            history.movements(wallet_id, **period),
            lambda rows: list(
                schema.StatementLineOutput(list(selectors.lines(rows, wallet_id)), many=True).data
            ),
            order=("-id",),
        )


class TopUps(APIView):
    @extend_schema(
        operation_id="top_up",
        parameters=[api.IDEMPOTENCY_KEY],
        request=schema.TopUpInput,
        responses={
            201: schema.PaymentOutput,
            **schema.refusals(400, 401, 403, 404, 409, 422, 429),
        },
    )
    def post(self, request: Request) -> Response:
        """The payment as far as the card service says: a decline is a state, not an error."""
        key = api.idempotency_key(request)
        body = schema.TopUpInput(data=request.data)
        body.is_valid(raise_exception=True)
        limits.check(scope="top-up", subject=str(request.user.pk), limit=20, window_seconds=3_600)
        payment = top_ups.begin(
            profile_id=profile_of(request).pk,
            amount_minor=body.validated_data["amount_minor"],
            instrument_id=body.validated_data["instrument_id"],
            key=key,
            now=clock.now(),
        )
        return Response(schema.PaymentOutput(payment).data, status=201)


class PaymentDetail(APIView):
    @extend_schema(
        operation_id="payment", responses={200: schema.PaymentOutput, **schema.refusals(401, 404)}
    )
    def get(self, request: Request, payment_id: int) -> Response:
        """One that the caller made; somebody else's is not found."""
        mine = Payment.objects.of(profile_of(request).pk).select_related("payee")
        payment = mine.filter(pk=payment_id).first() if payment_id <= schema.ID_MAX else None
        if payment is None:
            raise NotFound
        return Response(schema.PaymentOutput(payment).data)

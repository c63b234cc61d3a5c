"""Sales for programs: the same gate, services and words as the pages."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.person import person_of
from accounts.api.schema import refusals
from accounts.models import Profile
from flashsale import forms, selectors, tokens
from flashsale.api import schema
from flashsale.gate import admission
from flashsale.gate.admission import Answer, Wishes
from flashsale.gate.limits import network_of
from flashsale.models import Claim, Reservation
from flashsale.models.sales import SLOTS_MAX
from flashsale.pages import sale_page
from flashsale.services import claims, reservations
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from flashsale.views.hot import as_json, status_of
from payments.selectors import parse_pay_with
from shop.services import evidence
from socialcommerce.lib import api, clock, http, limits
from socialcommerce.lib.problems import NotFound

# In line or received: accepted, not done. Everything else is an answer about what is.
ACCEPTED = (Standing.RECEIVED, Standing.IN_LINE, Standing.PLACED)
SLOT = OpenApiParameter("slot", OpenApiTypes.INT, description="Which of your units, from 1.")


class Sales(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="sales", responses={200: schema.SalesOutput})
    def get(self, request: Request) -> Response:
        """What runs or comes, the next first, then what was over in the last 14 days."""
        rows = selectors.listed(now=clock.now())
        return Response({"results": [schema.SaleOutput(row).data for row in rows]})


class SaleDetail(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="sale", responses={200: schema.SaleOutput, **refusals(404)})
    def get(self, request: Request, sale_id: int) -> Response:
        return Response(schema.SaleOutput(selectors.get(sale_id, now=clock.now())).data)


class OwnReservation(APIView):
    @extend_schema(
        operation_id="sale_reservation",
        responses={200: schema.ReservationOutput, **refusals(401, 404)},
    )
    def get(self, request: Request, sale_id: int) -> Response:
        """Committed, with its number. Not found until then, and after it was withdrawn."""
        row = _reservation(sale_id, person_of(request).profile)
        if row is None:
            raise NotFound
        return Response(schema.ReservationOutput(row).data)

    @extend_schema(
        operation_id="sale_reserve",
        request=schema.ReservationInput,
        responses={
            200: schema.StandingOutput,
            202: schema.StandingOutput,
            429: schema.StandingOutput,
            503: schema.StandingOutput,
            **refusals(400, 401, 404),
        },
    )
    def post(self, request: Request, sale_id: int) -> Response:
        """202: received. 200: what stands in the way, or that it stands already. Safe to repeat."""
        data = schema.ReservationInput(data=request.data)
        data.is_valid(raise_exception=True)
        token = _token(sale_id, person_of(request).profile)
        wishes = Wishes(**data.validated_data)
        answer = admission.reserve(token, wishes, network=_network(request))
        return _respond(answer, sale_id=sale_id)

    @extend_schema(operation_id="sale_withdraw", responses={204: None, **refusals(401, 404, 409)})
    def delete(self, request: Request, sale_id: int) -> Response:
        reservations.withdraw(sale_id=sale_id, person=person_of(request).profile, now=clock.now())
        return Response(status=204)


class OwnClaim(APIView):
    @extend_schema(
        operation_id="sale_claim",
        parameters=[SLOT],
        responses={200: schema.ClaimOutput, **refusals(401, 404, 422)},
    )
    def get(self, request: Request, sale_id: int) -> Response:
        """The claim as PostgreSQL has it. Not found while it is in line."""
        slot = forms.slot(request.GET.get("slot", ""), slots=SLOTS_MAX)
        claim = _claim(sale_id, person_of(request).profile, slot=slot)
        return Response(schema.ClaimOutput(claim).data)

    @extend_schema(
        operation_id="sale_claim_make",
        request=schema.ClaimInput,
        responses={
            200: schema.ClaimAnswerOutput,
            202: schema.ClaimAnswerOutput,
            429: schema.ClaimAnswerOutput,
            503: schema.ClaimAnswerOutput,
            **refusals(400, 401, 404, 422),
        },
    )
    def post(self, request: Request, sale_id: int) -> Response:
        """202: in line. 200: where the person stands instead. Safe to repeat."""
        data = schema.ClaimInput(data=request.data)
        data.is_valid(raise_exception=True)
        said = data.validated_data
        token = _token(sale_id, person_of(request).profile)
        answer = admission.claim(
            token,
            slot=forms.slot(str(said["slot"]), slots=token.slots),
            earlier=tokens.read_receipt(said["receipt"], sale_id=sale_id),
            network=_network(request),
            work=tokens.work_shown(tokens.issue(token), said["nonce"]),
        )
        return _respond(answer, sale_id=sale_id)


class OwnStanding(APIView):
    @extend_schema(
        operation_id="sale_standing",
        parameters=[SLOT],
        responses={200: schema.StandingOutput, **refusals(401, 404, 422)},
    )
    def get(self, request: Request, sale_id: int) -> Response:
        """Where you stand at this moment: in line, in a draw, with a unit or without. Ask again
        after `poll_ms`, not before.
        """
        token = _token(sale_id, person_of(request).profile)
        slot = forms.slot(request.GET.get("slot", ""), slots=token.slots)
        return Response(as_json(admission.look(token, slot=slot), sale_id=sale_id))


class ClaimPayment(APIView):
    @extend_schema(
        operation_id="sale_claim_pay",
        parameters=[api.IDEMPOTENCY_KEY],
        request=schema.PayInput,
        responses={200: schema.PaidOutput, **refusals(400, 401, 403, 404, 409, 422, 429)},
    )
    def post(self, request: Request, sale_id: int) -> Response:
        """The held unit is paid, or the bank is asked."""
        payer = person_of(request)
        # Of page and program together: each try may ask a bank about a card.
        limits.check(scope="pay-claim", subject=str(payer.pk), limit=30, window_seconds=60)
        key = api.idempotency_key(request)
        data = schema.PayInput(data=request.data)
        data.is_valid(raise_exception=True)
        said = data.validated_data
        method, instrument_id = parse_pay_with(said["pay_with"]) or ("wallet", None)
        person, slot = payer.profile, said["slot"]
        result = claims.pay(
            sale_id=sale_id,
            person=person,
            method=method,
            instrument_id=instrument_id,
            wallet_part_minor=said["wallet_part_minor"],
            pin=said["pin"],
            key=key,
            return_url=f"/sales/{sale_id}/claim/",
            now=clock.now(),
            slot=slot,
        )
        evidence.capture(result.order, environ=request.META, now=clock.now())
        body = {
            "claim": _claim(sale_id, person, slot=slot),
            "next_action_url": result.next_action_url,
            "decline_code": result.decline_code,
        }
        return Response(schema.PaidOutput(body).data)


def _claim(sale_id: int, person: Profile, *, slot: int = 1) -> Claim:
    found = claims.of_person(sale_id=sale_id, person=person, slot=slot)
    return Claim.objects.select_related("unit", "order").get(pk=found.pk)


def _reservation(sale_id: int, person: Profile) -> Reservation | None:
    standing = Reservation.objects.standing().select_related("sale")
    return standing.filter(sale_id=sale_id, person=person).first()


def _token(sale_id: int, person: Profile) -> SaleToken:
    """Raises NotFound for a sale that nobody has announced."""
    return sale_page.token_of(
        sale_id=sale_id,
        viewer=person,
        reservation=_reservation(sale_id, person),
        slots=selectors.get(sale_id, now=clock.now()).slots,
    )


def _network(request: Request) -> str:
    return network_of(http.client_address(request))


def _respond(answer: Answer, *, sale_id: int) -> Response:
    body = as_json(answer, sale_id=sale_id)
    if answer.receipt is not None:
        body["receipt"] = tokens.issue_receipt(answer.receipt)
    status = 202 if answer.standing in ACCEPTED else status_of(answer.standing)
    response = Response(body, status=status)
    if (seconds := body.get("retry_after_seconds")) is not None:
        response["Retry-After"] = str(seconds)
    return response

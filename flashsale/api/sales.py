"""Sales for programs: the same gate, services and words as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.person import person_of
from accounts.api.schema import refusals
from accounts.models import Profile
from flashsale import sale_page, selectors, tokens
from flashsale.api import schema
from flashsale.gate import admission
from flashsale.gate.admission import Answer, Wishes
from flashsale.models import Claim, Reservation
from flashsale.services import claims, reservations
from flashsale.standings import Standing
from flashsale.tokens import Receipt, SaleToken
from flashsale.views.hot import SLOT, as_json
from payments.selectors import parse_pay_with
from socialcommerce.lib import api, clock
from socialcommerce.lib.problems import NotFound

# In line or received: accepted, not done. Everything else is an answer about what is.
ACCEPTED = (Standing.RECEIVED, Standing.IN_LINE, Standing.PLACED)


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
            **refusals(400, 401, 404),
        },
    )
    def post(self, request: Request, sale_id: int) -> Response:
        """202: received. 200: what stands in the way, or that it stands already. Safe to repeat."""
        data = schema.ReservationInput(data=request.data)
        data.is_valid(raise_exception=True)
        selectors.get(sale_id, now=clock.now())
        token = _token(sale_id, person_of(request).profile)
        return _respond(admission.reserve(token, Wishes(**data.validated_data)))

    @extend_schema(operation_id="sale_withdraw", responses={204: None, **refusals(401, 404, 409)})
    def delete(self, request: Request, sale_id: int) -> Response:
        reservations.withdraw(sale_id=sale_id, person=person_of(request).profile, now=clock.now())
        return Response(status=204)


class OwnClaim(APIView):
    @extend_schema(
        operation_id="sale_claim", responses={200: schema.ClaimOutput, **refusals(401, 404)}
    )
    def get(self, request: Request, sale_id: int) -> Response:
        """The claim as PostgreSQL has it. Not found while it is in line."""
        return Response(schema.ClaimOutput(_claim(sale_id, person_of(request).profile)).data)

    @extend_schema(
        operation_id="sale_claim_make",
        request=schema.ClaimInput,
        responses={
            200: schema.ClaimAnswerOutput,
            202: schema.ClaimAnswerOutput,
            **refusals(400, 401, 404),
        },
    )
    def post(self, request: Request, sale_id: int) -> Response:
        """202: in line. 200: where the person stands instead. Safe to repeat."""
        data = schema.ClaimInput(data=request.data)
        data.is_valid(raise_exception=True)
        selectors.get(sale_id, now=clock.now())
        token = _token(sale_id, person_of(request).profile)
        earlier = _receipt(token, data.validated_data.get("receipt", ""))
        return _respond(admission.claim(token, slot=SLOT, earlier=earlier))


class ClaimPayment(APIView):
    @extend_schema(
        operation_id="sale_claim_pay",
        parameters=[api.IDEMPOTENCY_KEY],
        request=schema.PayInput,
        responses={200: schema.PaidOutput, **refusals(400, 401, 403, 404, 409, 422)},
    )
    def post(self, request: Request, sale_id: int) -> Response:
        """The held unit is paid, or the bank is asked."""
        key = api.idempotency_key(request)
        data = schema.PayInput(data=request.data)
        data.is_valid(raise_exception=True)
        method, instrument_id = parse_pay_with(data.validated_data["pay_with"]) or ("wallet", None)
        person = person_of(request).profile
        result = claims.pay(
            sale_id=sale_id,
            person=person,
            method=method,
            instrument_id=instrument_id,
            key=key,
            return_url=f"/sales/{sale_id}/claim/",
            now=clock.now(),
        )
        body = {
            "claim": _claim(sale_id, person),
            "next_action_url": result.next_action_url,
            "decline_code": result.decline_code,
        }
        return Response(schema.PaidOutput(body).data)


def _claim(sale_id: int, person: Profile) -> Claim:
    found = claims.of_person(sale_id=sale_id, person=person)
    return Claim.objects.select_related("unit", "order").get(pk=found.pk)


def _reservation(sale_id: int, person: Profile) -> Reservation | None:
    return Reservation.objects.standing().filter(sale_id=sale_id, person=person).first()


def _token(sale_id: int, person: Profile) -> SaleToken:
    return sale_page.token_of(
        sale_id=sale_id, viewer=person, reservation=_reservation(sale_id, person)
    )


def _receipt(token: SaleToken, text: str) -> Receipt | None:
    if not text or not token.number:
        return None
    ticket = tokens.ticket(sale_id=token.sale_id, number=token.number, slot=SLOT)
    return tokens.read_receipt(text, sale_id=token.sale_id, ticket=ticket)


def _respond(answer: Answer) -> Response:
    body = as_json(answer)
    if answer.receipt is not None:
        body["receipt"] = tokens.issue_receipt(answer.receipt)
    return Response(body, status=202 if answer.standing in ACCEPTED else 200)

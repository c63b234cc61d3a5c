"""Bound cards, and the way to bind one."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from payments import selectors
from payments.api import schema
from payments.api.callers import profile_of
from payments.services import cards
from payments.services.opening import NoSuchCard
from socialcommerce.lib import clock, http, limits


class Instruments(APIView):
    @extend_schema(
        operation_id="instruments",
        responses={200: schema.InstrumentOutput(many=True), **schema.refusals(401)},
    )
    def get(self, request: Request) -> Response:
        """Every bound card, the default first."""
        bound = list(selectors.cards_of(profile_of(request)))
        return Response(schema.InstrumentOutput(bound, many=True).data)


class InstrumentSetup(APIView):
    @extend_schema(
        operation_id="instrument_setup",
        request=schema.SetupInput,
        responses={201: schema.SetupOutput, **schema.refusals(400, 401, 409, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """A hosted page for the person's browser; no card number passes through here."""
        body = schema.SetupInput(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data.get("next", "")
        limits.check(
            scope="bind-card", subject=str(request.user.pk), limit=10, window_seconds=3_600
        )
        session = cards.begin_setup(
            profile=profile_of(request),
            next_url=wanted if http.is_safe(request, wanted) else "/wallet/",
            now=clock.now(),
        )
        return Response({"url": session.url}, status=201)


class InstrumentDetail(APIView):
    @extend_schema(
        operation_id="instrument_unbind",
        responses={204: None, **schema.refusals(401, 404, 409, 503)},
    )
    def delete(self, request: Request, instrument_id: int) -> Response:
        """The card pays nothing any more. A repeat is not found."""
        if instrument_id > schema.ID_MAX:
            raise NoSuchCard
        cards.unbind(
            profile_id=profile_of(request).pk, instrument_id=instrument_id, now=clock.now()
        )
        return Response(status=204)

"""Bound cards and linked accounts, and the ways to bind and link."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from payments import consents, instrument_pages, selectors
from payments.api import schema
from payments.api.callers import profile_of
from payments.services import card_care, cards, linked
from payments.services.linked import NoSuchLink
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
        consent = consents.binding_a_card().text
        return Response({"url": session.url, "consent": consent}, status=201)


class InstrumentDetail(APIView):
    @extend_schema(
        operation_id="instrument_change",
        request=schema.InstrumentChangeInput,
        responses={200: schema.InstrumentOutput, **schema.refusals(400, 401, 404, 422)},
    )
    def patch(self, request: Request, instrument_id: int) -> Response:
        """The card has another name, or is the first to be offered."""
        body = schema.InstrumentChangeInput(data=request.data)
        body.is_valid(raise_exception=True)
        if instrument_id > schema.ID_MAX:
            raise NoSuchCard
        wanted, profile = body.validated_data, profile_of(request)
        card = cards.own(profile.pk, instrument_id)
        if "nickname" in wanted:
            card = card_care.rename(
                profile_id=profile.pk, instrument_id=card.pk, nickname=wanted["nickname"]
            )
        if wanted.get("is_default"):
            card = cards.make_default(profile_id=profile.pk, instrument_id=card.pk)
        view = selectors.card_view(card, today=clock.now())
        return Response(schema.InstrumentOutput(view).data)

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


class LinkedAccounts(APIView):
    @extend_schema(
        operation_id="linked_accounts",
        responses={200: schema.SiteOutput(many=True), **schema.refusals(401)},
    )
    def get(self, request: Request) -> Response:
        """Sites of which an account is linked or can be. Linking itself is for a person in a
        browser, who reads at `link_url` what they agree to.
        """
        sites = instrument_pages.sites_of(profile_of(request))
        return Response(schema.SiteOutput(sites, many=True).data)


class LinkedAccountDetail(APIView):
    @extend_schema(
        operation_id="linked_account_unlink",
        responses={204: None, **schema.refusals(401, 404)},
    )
    def delete(self, request: Request, linked_id: int) -> Response:
        """The account is not linked any more. A repeat is not found."""
        if linked_id > schema.ID_MAX:
            raise NoSuchLink
        profile_id = profile_of(request).pk
        linked.unlink(profile_id=profile_id, linked_id=linked_id, now=clock.now())
        return Response(status=204)

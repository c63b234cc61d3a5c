"""Gift cards: what is left on them, and a code that is put in."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from payments import gift_card_pages
from payments.api import schema
from payments.api.callers import profile_of
from payments.gift_card_states import GiftCardState
from payments.services.gift_cards import codes
from payments.services.gift_cards.codes import NoSuchGiftCard
from payments.views.gift_cards import check_tries
from socialcommerce.lib import clock


class GiftCardOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code_end = serializers.CharField(help_text="The last four letters of its code.")
    amount_minor = serializers.IntegerField(help_text="What was put on it.")
    balance_minor = serializers.IntegerField(
        allow_null=True, help_text="What can be spent now; null to whoever gave it away."
    )
    currency = serializers.CharField()
    state = serializers.ChoiceField(choices=GiftCardState.choices)
    expires_at = serializers.DateTimeField()
    is_mine = serializers.BooleanField(help_text="Whether the caller can spend it.")


class CodeInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40)


class GiftCards(APIView):
    @extend_schema(
        operation_id="gift_cards",
        responses={200: GiftCardOutput(many=True), **schema.refusals(401)},
    )
    def get(self, request: Request) -> Response:
        """Those the caller holds or has bought, the newest first, fifty at most."""
        found = list(gift_card_pages.mine(profile_of(request)))
        return Response(GiftCardOutput(found, many=True).data)


class GiftCardDetail(APIView):
    @extend_schema(
        operation_id="gift_card", responses={200: GiftCardOutput, **schema.refusals(401, 404)}
    )
    def get(self, request: Request, card_id: int) -> Response:
        """Somebody else's is not found."""
        if card_id > schema.ID_MAX:
            raise NoSuchGiftCard
        return Response(
            GiftCardOutput(gift_card_pages.page(profile_of(request), card_id).card).data
        )


class GiftCardClaims(APIView):
    @extend_schema(
        operation_id="gift_card_claim",
        request=CodeInput,
        responses={200: GiftCardOutput, **schema.refusals(400, 401, 404, 409, 429)},
    )
    def post(self, request: Request) -> Response:
        """The card is the caller's for good; the same code again answers the same."""
        body = CodeInput(data=request.data)
        body.is_valid(raise_exception=True)
        profile = profile_of(request)
        check_tries(profile.pk)
        card = codes.claim(code=body.validated_data["code"], profile_id=profile.pk, now=clock.now())
        return Response(GiftCardOutput(gift_card_pages.page(profile, card.pk).card).data)

"""What the endpoints of sales take and give. Amounts are in minor units of `currency`."""

from typing import Any

from rest_framework import serializers

from flashsale import tokens
from flashsale.claim_states import ClaimState
from flashsale.draw_steps import DrawStep
from flashsale.models import Claim, Reservation
from flashsale.pages.lots import LotView
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from shop.api.schema import WholeNumber
from socialcommerce.lib.money import AMOUNT_MAX_MINOR

ID_MAX = 2**63 - 1


class TimesOutput(serializers.Serializer[Any]):
    reserve_opens_at = serializers.DateTimeField()
    reserve_closes_at = serializers.DateTimeField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class LotOutput(serializers.Serializer[LotView]):
    id = serializers.IntegerField(help_text="The `lot_id` of a reservation.")
    name = serializers.CharField()
    url = serializers.CharField()
    price_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    pledged = serializers.IntegerField()
    free = serializers.IntegerField()
    paid = serializers.IntegerField()
    unpaid = serializers.IntegerField()
    reserved = serializers.IntegerField(
        help_text="People whose reservation for it stands; where a choice exists, some seconds ago."
    )


class SaleOutput(serializers.Serializer[SaleView]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    blurb = serializers.CharField()
    url = serializers.CharField()
    phase = serializers.ChoiceField([phase.value for phase in Phase])
    times = TimesOutput()
    store = serializers.CharField(source="store.profile.handle")
    lots = LotOutput(many=True, help_text="One reserves for one of them.")
    currency = serializers.CharField()
    pledged = serializers.IntegerField()
    free = serializers.IntegerField()
    paid = serializers.IntegerField()
    unpaid = serializers.IntegerField()
    reserved = serializers.IntegerField(help_text="People whose reservation stands.")
    hold_seconds = serializers.IntegerField(help_text="To pay a unit by hand.")
    slots = serializers.IntegerField(help_text="Units that one person may claim.")
    opening_window_ms = serializers.IntegerField(
        help_text="Claims within so long from the start are ordered by lot, not by time."
    )
    work_bits = serializers.IntegerField(
        help_text="Leading zero bits that SHA-256 of `<token>.<nonce>` of a claim has to have."
    )
    server_now = serializers.DateTimeField()


class SalesOutput(serializers.Serializer[Any]):
    results = SaleOutput(many=True)


class ReservationInput(serializers.Serializer[Any]):
    lot_id = serializers.IntegerField(min_value=1, max_value=ID_MAX)
    address_id = serializers.IntegerField(min_value=1, max_value=ID_MAX)
    pay_from_wallet = serializers.BooleanField(
        default=False, help_text="Charge the wallet at once if a unit is won."
    )
    share = serializers.BooleanField(default=False, help_text="Publish a post with the sale.")


class StandingOutput(serializers.Serializer[Any]):
    standing = serializers.ChoiceField([standing.value for standing in Standing])
    title = serializers.CharField()
    detail = serializers.CharField()
    poll_ms = serializers.IntegerField(allow_null=True, help_text="Ask again after this long.")
    wait_ms = serializers.IntegerField(required=False)
    fetch_ms = serializers.IntegerField(
        required=False, help_text="Fetch what has changed after this long, not all at once."
    )
    draw_step = serializers.ChoiceField(
        [(step.value, step.name.lower()) for step in DrawStep],
        required=False,
        help_text="How far a draw has come: 0 waiting, 1 its seed is shown, 2 decided.",
    )
    retry_after_seconds = serializers.IntegerField(
        required=False, help_text="Nothing was taken: send it again after this long."
    )
    unit = serializers.IntegerField(required=False)
    held_until = serializers.IntegerField(required=False, help_text="Unix seconds.")
    number = serializers.CharField(required=False)


class ReservationOutput(serializers.ModelSerializer[Reservation]):
    token = serializers.SerializerMethodField(
        help_text="What the proof of work of a claim is for, where the sale asks for one."
    )

    class Meta:
        model = Reservation
        fields = (
            "number",
            "lot_id",
            "address",
            "pay_from_wallet",
            "received_at",
            "created_at",
            "token",
        )

    def get_token(self, row: Reservation) -> str:
        return tokens.issue(
            SaleToken(row.sale_id, row.person_id, row.number, row.lot_id, row.sale.slots)
        )


class ClaimInput(serializers.Serializer[Any]):
    slot = serializers.IntegerField(default=1, min_value=1, max_value=99)
    nonce = serializers.CharField(
        default="", allow_blank=True, max_length=16, help_text="Decimal digits: the proof of work."
    )
    receipt = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=200,
        help_text="From the answer to an earlier claim: keeps the place when the gate was lost.",
    )


class ClaimAnswerOutput(StandingOutput):
    receipt = serializers.CharField(required=False)


class ClaimOutput(serializers.ModelSerializer[Claim]):
    state = serializers.ChoiceField(ClaimState.choices)
    unit = serializers.IntegerField(source="unit.number", default=None, allow_null=True)
    order_number = serializers.CharField(source="order.number", default=None, allow_null=True)

    class Meta:
        model = Claim
        fields = (
            "state",
            "slot",
            "lot_id",
            "unit",
            "order_number",
            "claimed_at",
            "held_until",
            "paid_at",
        )


class PayInput(serializers.Serializer[Any]):
    pay_with = serializers.RegexField(r"^(wallet|card:[1-9][0-9]{0,17})$")
    wallet_part_minor = WholeNumber(
        default=0,
        min_value=0,
        max_value=AMOUNT_MAX_MINOR,
        help_text="With a card: what of the price the wallet pays first.",
    )
    pin = serializers.CharField(
        default="",
        max_length=6,
        allow_blank=True,
        help_text="The payment PIN, where much is paid (the answer says pin-needed).",
    )
    slot = serializers.IntegerField(default=1, min_value=1, max_value=99)


class PaidOutput(serializers.Serializer[Any]):
    claim = ClaimOutput()
    next_action_url = serializers.CharField(help_text="Where the bank wants to see the person.")
    decline_code = serializers.CharField()

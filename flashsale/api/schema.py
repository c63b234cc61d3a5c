"""What the endpoints of sales take and give. Amounts are in minor units of `currency`."""

from typing import Any

from rest_framework import serializers

from flashsale.claim_states import ClaimState
from flashsale.models import Claim, Reservation
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.standings import Standing

ID_MAX = 2**63 - 1


class TimesOutput(serializers.Serializer[Any]):
    reserve_opens_at = serializers.DateTimeField()
    reserve_closes_at = serializers.DateTimeField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SaleOutput(serializers.Serializer[SaleView]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    blurb = serializers.CharField()
    url = serializers.CharField()
    phase = serializers.ChoiceField([phase.value for phase in Phase])
    times = TimesOutput()
    store = serializers.CharField(source="store.profile.handle")
    lot_id = serializers.IntegerField()
    price_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    currency = serializers.CharField()
    pledged = serializers.IntegerField()
    free = serializers.IntegerField()
    paid = serializers.IntegerField()
    unpaid = serializers.IntegerField()
    reserved = serializers.IntegerField(help_text="People whose reservation stands.")
    hold_seconds = serializers.IntegerField(help_text="To pay a unit by hand.")
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
    unit = serializers.IntegerField(required=False)
    held_until = serializers.IntegerField(required=False, help_text="Unix seconds.")
    number = serializers.CharField(required=False)


class ReservationOutput(serializers.ModelSerializer[Reservation]):
    class Meta:
        model = Reservation
        fields = ("number", "lot_id", "address", "pay_from_wallet", "received_at", "created_at")


class ClaimInput(serializers.Serializer[Any]):
    receipt = serializers.CharField(
        required=False,
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
        fields = ("state", "slot", "unit", "order_number", "claimed_at", "held_until", "paid_at")


class PayInput(serializers.Serializer[Any]):
    pay_with = serializers.RegexField(r"^(wallet|card:[1-9][0-9]{0,17})$")


class PaidOutput(serializers.Serializer[Any]):
    claim = ClaimOutput()
    next_action_url = serializers.CharField(help_text="Where the bank wants to see the person.")
    decline_code = serializers.CharField()

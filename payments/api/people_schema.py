"""What the endpoints of people's own money take and give. Amounts are minor units."""

from typing import Any

from rest_framework import serializers

from payments.api.schema import ID_MAX
from payments.cash_out_states import CashOutState
from payments.models import CashOut
from payments.services.people.velocity import Act
from socialcommerce.lib.money import AMOUNT_MAX_MINOR

__all__ = [
    "ID_MAX",
    "CashOutInput",
    "CashOutOutput",
    "ClosingOutput",
    "GaugeOutput",
    "PinInput",
    "QuoteOutput",
]


class CardShareOutput(serializers.Serializer[Any]):
    instrument_id = serializers.IntegerField(source="card.pk")
    last4 = serializers.CharField(source="card.last4")
    amount_minor = serializers.IntegerField()
    is_new = serializers.BooleanField(help_text="Nothing went there before: asks for the PIN.")


class QuoteOutput(serializers.Serializer[Any]):
    available_minor = serializers.IntegerField(help_text="What the wallet can give.")
    to_cards_minor = serializers.IntegerField(help_text="What of it cards take.")
    cards = CardShareOutput(many=True)
    currency = serializers.CharField()


class CashOutInput(serializers.Serializer[Any]):
    amount_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MAX_MINOR)
    pin = serializers.CharField(
        max_length=6,
        required=False,
        default="",
        allow_blank=True,
        help_text="For much money, and the first time a card gets some.",
    )


class CashOutOutput(serializers.ModelSerializer[CashOut]):
    state = serializers.ChoiceField(choices=[state.value for state in CashOutState])

    class Meta:
        model = CashOut
        fields = (
            "id",
            "amount_minor",
            "returned_minor",
            "currency",
            "state",
            "created_at",
            "settled_at",
        )


class PinInput(serializers.Serializer[Any]):
    pin = serializers.CharField(max_length=6, help_text="Six digits.")
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    old_pin = serializers.CharField(
        max_length=6, required=False, default="", allow_blank=True, help_text="If there is one."
    )


class GaugeOutput(serializers.Serializer[Any]):
    act = serializers.ChoiceField(choices=[act.value for act in Act])
    window = serializers.ChoiceField(choices=["day", "week"], help_text="24 hours, 7 days.")
    limit_minor = serializers.IntegerField()
    used_minor = serializers.IntegerField()
    left_minor = serializers.IntegerField()


class ClosingOutput(serializers.Serializer[Any]):
    is_closed = serializers.BooleanField()
    obstacles = serializers.ListField(
        child=serializers.CharField(), help_text="What has to happen before it can be closed."
    )

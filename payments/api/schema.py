"""What the endpoints of payments take and give. Amounts are minor units of `currency`."""

from typing import Any

from rest_framework import serializers

from payments.models import Payment, PaymentAttempt
from payments.payment_states import PaymentState
from payments.services.wallets import WalletBalance
from socialcommerce.lib.api import ProblemSerializer
from socialcommerce.lib.money import AMOUNT_MAX_MINOR

PROBLEM_JSON = "application/problem+json"
ID_MAX = 2**63 - 1


def refusals(*statuses: int) -> dict[Any, Any]:
    """For `responses` of a schema: these statuses answer with a problem."""
    return {(status, PROBLEM_JSON): ProblemSerializer for status in statuses}


class WalletOutput(serializers.Serializer[WalletBalance]):
    posted_minor = serializers.IntegerField()
    held_minor = serializers.IntegerField(help_text="Set aside for payments under way.")
    available_minor = serializers.IntegerField(help_text="What can be spent now.")
    currency = serializers.CharField()


class MomentInput(serializers.Serializer[Any]):
    at = serializers.DateTimeField(help_text="ISO 8601, with its offset.")


class MomentOutput(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    posted_minor = serializers.IntegerField(help_text="Just before that moment.")
    currency = serializers.CharField()


class PeriodInput(serializers.Serializer[Any]):
    since = serializers.DateTimeField(required=False, help_text="Part of the period.")
    until = serializers.DateTimeField(required=False, help_text="Not part of it any more.")


class StatementLineOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    amount_minor = serializers.IntegerField(help_text="Above zero where money came in.")
    currency = serializers.CharField()
    other = serializers.CharField(
        source="other.handle", default=None, allow_null=True, help_text="Handle, if a profile."
    )
    reference = serializers.CharField()
    created_at = serializers.DateTimeField()


class StatementOutput(serializers.Serializer[Any]):
    results = StatementLineOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TopUpInput(serializers.Serializer[Any]):
    amount_minor = serializers.IntegerField(min_value=1, max_value=AMOUNT_MAX_MINOR)
    instrument_id = serializers.IntegerField(min_value=1, max_value=ID_MAX)


class AttemptOutput(serializers.ModelSerializer[PaymentAttempt]):
    class Meta:
        model = PaymentAttempt
        fields = ("number", "instrument_id", "outcome", "decline_code", "began_at", "ended_at")


class PaymentOutput(serializers.ModelSerializer[Payment]):
    state = serializers.ChoiceField(choices=[state.value for state in PaymentState])
    payee = serializers.CharField(source="payee.handle")
    next_action_url = serializers.CharField(
        help_text="Where the bank wants to see the person; empty if nowhere."
    )
    attempts = AttemptOutput(many=True, help_text="Every try by card.")

    class Meta:
        model = Payment
        fields = (
            "id",
            "purpose",
            "payee",
            "amount_minor",
            "currency",
            "method",
            "wallet_part_minor",
            "instrument_id",
            "reference",
            "state",
            "captured_minor",
            "refunded_minor",
            "decline_code",
            "next_action_url",
            "created_at",
            "settled_at",
            "expires_at",
            "attempts",
        )


class InstrumentOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    brand = serializers.CharField()
    last4 = serializers.CharField()
    exp_month = serializers.IntegerField()
    exp_year = serializers.IntegerField()
    is_default = serializers.BooleanField()
    is_expired = serializers.BooleanField()


class SetupInput(serializers.Serializer[Any]):
    next = serializers.CharField(
        max_length=500,
        required=False,
        help_text="A path of this site where the person goes on afterwards.",
    )


class SetupOutput(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Send the person there; they come back to this site.")

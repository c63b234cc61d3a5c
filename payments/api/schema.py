"""What the endpoints of payments take and give. Amounts are minor units of `currency`."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from payments.instrument_pages import SiteView
from payments.models import Payment, PaymentAttempt
from payments.models.instruments import NICKNAME_LENGTH_MAX
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


class CurrencyInput(serializers.Serializer[Any]):
    currency = serializers.RegexField(
        r"^[A-Z]{3}$",
        default="",
        help_text="ISO 4217: which wallet. The site's where none is said.",
    )


class MomentInput(CurrencyInput):
    at = serializers.DateTimeField(help_text="ISO 8601, with its offset.")


class MomentOutput(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    posted_minor = serializers.IntegerField(help_text="Just before that moment.")
    currency = serializers.CharField()


class PeriodInput(CurrencyInput):
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
            "gift_part_minor",
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
    nickname = serializers.CharField(help_text="What its person calls it; empty for nothing.")
    is_default = serializers.BooleanField()
    is_expired = serializers.BooleanField()
    expires_soon = serializers.BooleanField(help_text="In the next 30 days.")


class InstrumentChangeInput(serializers.Serializer[Any]):
    nickname = serializers.CharField(
        required=False, allow_blank=True, max_length=NICKNAME_LENGTH_MAX
    )
    is_default = serializers.BooleanField(
        required=False, help_text="True: offered first. Another card takes that away, not false."
    )

    def validate_is_default(self, value: bool) -> bool:  # noqa: FBT001 - the framework's call
        if not value:
            raise serializers.ValidationError(_("Make another card the default instead."))
        return value


class ConsentOutput(serializers.Serializer[Any]):
    version = serializers.CharField()
    text = serializers.CharField()
    given_at = serializers.DateTimeField()


class LinkedOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField(help_text="Of the account at that site; empty if not told.")
    linked_at = serializers.DateTimeField()
    consent = ConsentOutput()


class SiteOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    is_offered = serializers.BooleanField(help_text="False: no account can be linked any more.")
    link_url = serializers.SerializerMethodField(help_text="For the person's browser.")
    linked = LinkedOutput(allow_null=True)

    def get_link_url(self, site: SiteView) -> str:
        return settings.SITE_URL + reverse("payments:link", args=[site.key])


class SetupInput(serializers.Serializer[Any]):
    next = serializers.CharField(
        max_length=500,
        required=False,
        help_text="A path of this site where the person goes on afterwards.",
    )


class SetupOutput(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Send the person there; they come back to this site.")
    consent = serializers.CharField(help_text="Show it before: whoever binds a card agrees to it.")

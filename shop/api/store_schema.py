"""What the endpoints of a store's money take and give. Amounts are minor units of `currency`."""

from datetime import date
from typing import Any

from rest_framework import serializers

from payments.forms import PeriodForm
from payments.models import Payout
from payments.payout_states import PayoutState
from payments.statements import Line, Period, Standing
from shop.statements import OrderRow, StoreStatement

YEARS = (2000, 9000)  # what the site's clock can mean, with room for a day more or less


class PeriodInput(serializers.Serializer[Any]):
    since = serializers.DateField(help_text="The first day, in the site's time zone.")
    until = serializers.DateField(help_text="The last day.")

    def validate(self, attrs: dict[str, date]) -> dict[str, date]:
        if not all(YEARS[0] <= day.year <= YEARS[1] for day in attrs.values()):
            raise serializers.ValidationError("A day from 2000 on.")
        if attrs["since"] > attrs["until"]:
            raise serializers.ValidationError("The first day comes before the last.")
        return attrs

    @property
    def period(self) -> Period:
        form = PeriodForm(self.validated_data)
        since, until = form.bounds if form.is_valid() else (None, None)
        assert since is not None  # noqa: S101 - validate() has seen to it
        assert until is not None  # noqa: S101
        return Period(since, until)


class MoneyStandingOutput(serializers.Serializer[Standing]):
    wallet_minor = serializers.IntegerField()
    escrow_minor = serializers.IntegerField(help_text="Not received by the buyers yet.")
    reserve_minor = serializers.IntegerField()
    receivable_minor = serializers.IntegerField(help_text="Below zero where something is owed.")
    total_minor = serializers.IntegerField()


class MoneyLineOutput(serializers.Serializer[Line]):
    reference = serializers.CharField()
    last_at = serializers.DateTimeField()
    sold_minor = serializers.IntegerField()
    fee_minor = serializers.IntegerField(help_text="Below zero.")
    refunded_minor = serializers.IntegerField(help_text="Below zero.")
    disputed_minor = serializers.IntegerField(help_text="Below zero: what banks took back.")
    paid_out_minor = serializers.IntegerField(help_text="Below zero.")
    other_minor = serializers.IntegerField()
    net_minor = serializers.IntegerField(help_text="The sum of these.")


class OrderRowOutput(serializers.Serializer[OrderRow]):
    number = serializers.CharField()
    placed_at = serializers.DateTimeField()
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField(help_text="Zero, or below: what a coupon took off.")
    vat_basis_points = serializers.IntegerField(
        allow_null=True, help_text="The rate in the price, in hundredths of a percent."
    )
    reserve_minor = serializers.IntegerField(help_text="What of it still waits, today.")
    line = MoneyLineOutput()


class StoreStatementOutput(serializers.Serializer[StoreStatement]):
    currency = serializers.CharField(source="money.currency")
    since = serializers.DateTimeField(source="money.period.since")
    until = serializers.DateTimeField(source="money.period.until")
    opening = MoneyStandingOutput(source="money.opening")
    closing = MoneyStandingOutput(source="money.closing")
    orders = OrderRowOutput(many=True)
    others = MoneyLineOutput(many=True, help_text="Payouts, and whatever else is no order's.")


class PayoutOutput(serializers.ModelSerializer[Payout]):
    state = serializers.ChoiceField(choices=[state.value for state in PayoutState])

    class Meta:
        model = Payout
        fields = (
            "id",
            "run_on",
            "amount_minor",
            "currency",
            "state",
            "failure_code",
            "created_at",
            "settled_at",
        )


class PayoutPageOutput(serializers.Serializer[Any]):
    results = PayoutOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)

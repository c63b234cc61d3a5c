"""What the endpoints of the shop take and give. Amounts are minor units of `currency`."""

from typing import Any

from rest_framework import serializers

from accounts.api.schema import ID_MAX, refusals
from payments.models import Payment
from payments.services.parts import Gift
from shop.models import Category, Order, OrderLine
from shop.models.stores import AMOUNT_MAX_MINOR
from shop.selectors import Offer, PictureView, ProductView
from shop.services.checkout import CheckoutResult
from shop.services.fan_prices import FanPrice, Step
from shop.services.fan_prices import Kind as FanStepKind

__all__ = ["refusals"]


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction: "3", 3.0 and true are something else."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class ProductPictureOutput(serializers.Serializer[PictureView]):
    url = serializers.CharField()
    small_url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    alt = serializers.CharField()


class FanStepOutput(serializers.Serializer[Step]):
    kind = serializers.ChoiceField(choices=[kind.value for kind in FanStepKind])
    key = serializers.CharField(help_text="The store's handle, a brand (empty: any) or a site.")
    is_done = serializers.BooleanField()
    is_possible = serializers.BooleanField(help_text="False: that site is not offered any more.")


class FanPriceOutput(serializers.Serializer[FanPrice]):
    price_minor = serializers.IntegerField()
    is_yours = serializers.BooleanField(source="is_theirs")
    asks = FanStepOutput(many=True, source="steps", help_text="Everything that must be done.")


class OfferOutput(serializers.Serializer[Offer]):
    variant_id = serializers.IntegerField()
    name = serializers.CharField()
    price_minor = serializers.IntegerField(help_text="What a piece costs you.")
    list_price_minor = serializers.IntegerField(help_text="What it costs anybody.")
    fan_price = FanPriceOutput(source="fan", allow_null=True, help_text="Null where there is none.")
    free = serializers.IntegerField(help_text="Pieces that could be bought now.")


class SellerOutput(serializers.Serializer[Any]):
    handle = serializers.CharField(source="profile.handle")
    name = serializers.CharField(source="profile.name")
    shipping_price_minor = serializers.IntegerField(help_text="For a whole order.")
    free_shipping_from_minor = serializers.IntegerField(allow_null=True)
    ship_within_days = serializers.IntegerField()


class ProductOutput(serializers.Serializer[ProductView]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    url = serializers.CharField()
    currency = serializers.CharField()
    store = SellerOutput()
    variants = OfferOutput(many=True, source="offers")
    pictures = ProductPictureOutput(many=True)


class ProductPageOutput(serializers.Serializer[Any]):
    results = ProductOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class FiltersInput(serializers.Serializer[Any]):
    q = serializers.CharField(required=False, max_length=100, help_text="Words of the product.")
    category = serializers.ChoiceField(required=False, choices=Category.choices)
    store = serializers.CharField(required=False, max_length=21, help_text="The store's handle.")
    price_from_minor = serializers.IntegerField(
        required=False, min_value=0, max_value=AMOUNT_MAX_MINOR
    )
    price_to_minor = serializers.IntegerField(
        required=False, min_value=0, max_value=AMOUNT_MAX_MINOR
    )


class MeansInput(serializers.Serializer[Any]):
    method = serializers.ChoiceField(choices=Payment.Method.choices)
    instrument_id = WholeNumber(
        required=False, min_value=1, max_value=ID_MAX, help_text="The card, for the method card."
    )
    wallet_part_minor = WholeNumber(
        required=False,
        min_value=0,
        max_value=AMOUNT_MAX_MINOR,
        help_text="For the method card: what of the total the wallet pays before it.",
    )
    pin = serializers.CharField(
        required=False,
        max_length=6,
        allow_blank=True,
        help_text="The payment PIN, where much is paid (the answer says pin-needed).",
    )
    gift_card_id = WholeNumber(
        required=False, min_value=1, max_value=ID_MAX, help_text="A gift card of yours."
    )
    gift_part_minor = WholeNumber(
        required=False,
        min_value=0,
        max_value=AMOUNT_MAX_MINOR,
        help_text="What of the total it pays before all others: all of it for the method"
        " gift_card; what a card is to pay beside it must be as much as a card can be charged.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both say one thing, as the services take it."""
        said = super().validate(attrs)
        gift = Gift(said.pop("gift_card_id", None), said.pop("gift_part_minor", 0))
        return {**said, "gift": gift}


class CheckoutInput(MeansInput):
    variant_id = WholeNumber(min_value=1, max_value=ID_MAX)
    quantity = WholeNumber(min_value=1, max_value=ID_MAX)
    address_id = WholeNumber(min_value=1, max_value=ID_MAX)
    seen_total_minor = WholeNumber(
        min_value=0,
        max_value=ID_MAX,
        help_text="The total you showed. If it is another by now, the answer says so (409).",
    )
    code = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="A code of the store."
    )


class CancelInput(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)


class LineOutput(serializers.ModelSerializer[OrderLine]):
    class Meta:
        model = OrderLine
        fields = ("title", "variant_name", "unit_price_minor", "quantity")


class OrderOutput(serializers.ModelSerializer[Order]):
    store = serializers.CharField(source="store.profile.handle")
    lines = LineOutput(many=True)
    address = serializers.DictField(child=serializers.CharField(allow_blank=True))
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Order
        fields = (
            "number",
            "state",
            "store",
            "lines",
            "subtotal_minor",
            "shipping_minor",
            "discount_minor",
            "total_minor",
            "currency",
            "address",
            "carrier",
            "tracking_number",
            "created_at",
            "pay_by",
            "paid_at",
            "ship_by",
            "shipped_at",
            "receive_by",
            "completed_at",
            "cancelled_at",
            "url",
        )


class OrderPageOutput(serializers.Serializer[Any]):
    results = OrderOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CheckoutOutput(serializers.Serializer[CheckoutResult]):
    order = OrderOutput()
    next_action_url = serializers.CharField(
        help_text="Where the bank wants to see the person; empty if nowhere."
    )
    decline_code = serializers.CharField(
        help_text="Why the card was declined; the order waits for another one until pay_by."
    )

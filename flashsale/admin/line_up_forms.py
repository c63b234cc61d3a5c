"""Forms of the line-up and of drops: money in major units, moments in the site's zone."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.utils import formats, timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import User
from accounts.selectors import managed_profile_ids
from flashsale.models import Programme, Slot
from flashsale.services.line_up import drops
from flashsale.services.line_up.drops import Wish
from flashsale.services.line_up.submissions import SELLERS, Offer
from shop.admin.forms import AdminAmountField
from shop.fields import WholeNumberField
from shop.models import Variant

ONE_UNIT = _("For one unit, in the site's currency: 12.50, say.")
UNITS_LEAVE = _("They leave your shelf as soon as the sale is announced.")
WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (4, _("Wednesday")),
    (8, _("Thursday")),
    (16, _("Friday")),
    (32, _("Saturday")),
    (64, _("Sunday")),
]


class AdminWholeNumberField(WholeNumberField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}), **kwargs
        )


class ProgrammeForm(forms.ModelForm[Programme]):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days of the week"),
        choices=WEEKDAYS,
        help_text=_("It has a slot on each of them, two weeks ahead."),
        coerce=int,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Programme
        fields = (
            "name",
            "local_time",
            "weekdays",
            "category",
            "reserve_hours",
            "lasts_minutes",
            "is_active",
        )
        help_texts = {
            "name": _("People read it in the line-up: Nine o'clock, say."),
            "local_time": format_lazy(
                _(
                    "When its sales start: 21:00, say, in {zone}. A time that a day does not have"
                    " is the first moment after the gap, one that it has twice is the first."
                ),
                zone=settings.TIME_ZONE,
            ),
            "category": _("With one, its sales are the category's daily picks."),
            "reserve_hours": _("So long before the start people can begin to reserve: 38, say."),
            "lasts_minutes": _("60 is an hour. Then nobody can claim any more."),
            "is_active": _("Off: no new slots, and empty ones go. What is planned stays."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["weekdays"] = [bit for bit, _name in WEEKDAYS if self.instance.weekdays & bit]
        for name in ("reserve_hours", "lasts_minutes"):  # the database names a constraint instead
            self.fields[name].validators.append(MinValueValidator(1))

    def clean_weekdays(self) -> int:
        return sum(self.cleaned_data["weekdays"])


class VariantChoice(forms.ModelChoiceField[Variant]):
    """What the person's stores have on sale, how many are on the shelf beside it. Sales are in the
    site's currency.
    """

    def __init__(self) -> None:
        super().__init__(
            Variant.objects.none(),
            label=_("What"),
            help_text=_("What your stores have on sale in the site's currency."),
            widget=UnfoldAdminSelectWidget(),
        )

    def show_own(self, user: User) -> None:
        own = managed_profile_ids(user, SELLERS)
        rows = Variant.objects.on_sale().filter(
            product__store__profile__in=own, product__store__currency=settings.SITE_CURRENCY
        )
        self.queryset = rows.select_related("product__store__profile", "stock").order_by(
            "product__title", "position", "pk"
        )

    def label_from_instance(self, obj: Any) -> str:
        stock = getattr(obj, "stock", None)
        free = _("%(free)s on the shelf") % {"free": stock.free if stock else 0}
        return f"{obj}, {obj.product.store} ({free})"


class GoodsForm(forms.Form):
    """What is sold, and for how much: the same for a submission and a drop."""

    variant = VariantChoice()
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("People read it in the line-up and above the sale."),
        widget=UnfoldAdminTextInputWidget(),
    )
    blurb = forms.CharField(
        label=_("What it is"),
        max_length=2_000,
        required=False,
        help_text=_("A few sentences for the sale's page. At most 2000 characters."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    units = AdminWholeNumberField(label=_("Units"), help_text=UNITS_LEAVE)
    unit_price_minor = AdminAmountField(label=_("Price"), lowest_minor=1, help_text=ONE_UNIT)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field = self.fields["variant"]
        assert isinstance(field, VariantChoice)  # noqa: S101  declared above
        field.show_own(user)


class SubmissionForm(GoodsForm):
    wanted_on = forms.DateField(
        label=_("The day you wish for"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        help_text=_("Empty: any."),
    )


class DropForm(GoodsForm):
    starts_at = forms.DateTimeField(
        label=_("Starts"),
        help_text=format_lazy(
            _("In {zone}. People can reserve from now until then."), zone=settings.TIME_ZONE
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )
    lasts_minutes = AdminWholeNumberField(
        label=_("Minutes on sale"),
        help_text=format_lazy(
            _("{least} to {most}. Then what nobody bought goes back to your shelf."),
            least=drops.LASTS_MINUTES[0],
            most=drops.LASTS_MINUTES[1],
        ),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, user=user)
        most = _("At most %(max)s.") % {"max": settings.DROP_UNITS_MAX}
        self.fields["units"].help_text = f"{most} {UNITS_LEAVE}"


class SlotChoice(forms.ModelChoiceField[Slot]):
    def label_from_instance(self, obj: Any) -> str:
        local = timezone.localtime(obj.starts_at)
        return f"{formats.date_format(local, 'D j M, H:i')}: {obj.programme.name}"


class AcceptForm(forms.Form):
    slot = SlotChoice(
        Slot.objects.none(),
        label=_("Slot"),
        help_text=_("When it is sold: the empty slots of the line-up. It is taken from then on."),
        widget=UnfoldAdminSelectWidget(),
    )
    answer = forms.CharField(
        label=_("A word to the store"),
        max_length=300,
        required=False,
        help_text=_("The store reads it beside its submission. Empty: there is none."),
        widget=UnfoldAdminTextInputWidget(),
    )


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label=_("Why? The store reads it."), max_length=300, widget=UnfoldAdminTextInputWidget()
    )


class NothingForm(forms.Form):
    """A button and nothing to fill in."""


def offer_of(answers: dict[str, Any]) -> Offer:
    return Offer(**_with_variant_id(answers))


def wish_of(answers: dict[str, Any]) -> Wish:
    return Wish(**_with_variant_id(answers))


def _with_variant_id(answers: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in answers.items() if name != "variant"}
    return {**plain, "variant_id": answers["variant"].pk}

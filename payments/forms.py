"""Forms of the wallet: they speak kindly; what counts is decided by services and database."""

import datetime
import secrets

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models.instruments import NICKNAME_LENGTH_MAX
from payments.selectors import CardView
from payments.services import top_ups
from socialcommerce.lib import names
from socialcommerce.lib.money import Money, exponent, format_money, parse_amount
from socialcommerce.lib.problems import Invalid

PRESETS = (10, 25, 50, 100)  # whole units of the site's currency


class CardForm(forms.Form):
    """Which of the bound cards."""

    card = forms.TypedChoiceField(
        label=_("Card"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a card.")},
    )

    def __init__(self, *args: object, cards: tuple[CardView, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        usable = [card for card in cards if not card.is_expired]
        self.fields["card"].choices = [  # type: ignore[attr-defined]
            (card.id, f"{card.brand} ···· {card.last4}") for card in usable
        ]
        self.initial.setdefault("card", usable[0].id if usable else None)


class NicknameForm(forms.Form):
    """What the person calls a card; empty for what stands on it."""

    nickname = forms.CharField(
        label=_("Name of this card"),
        required=False,
        max_length=NICKNAME_LENGTH_MAX,
        help_text=_("Only you see it. Empty: brand and last four digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_nickname(self) -> str:
        text: str = self.cleaned_data["nickname"]
        try:
            return names.clean(text, most=NICKNAME_LENGTH_MAX) if text else ""
        except names.BadName as bad:
            raise forms.ValidationError(str(bad), code="nickname") from bad


class TopUpForm(CardForm):
    """How much, and from which card. The key makes a second press harmless."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    key = forms.RegexField(r"^[A-Za-z0-9_-]{1,64}$", widget=forms.HiddenInput)
    field_order = ("amount", "card", "key")

    def __init__(self, *args: object, cards: tuple[CardView, ...], **kwargs: object) -> None:
        super().__init__(*args, cards=cards, **kwargs)
        self.initial.setdefault("key", secrets.token_urlsafe(16))

    def clean_amount(self) -> int:
        """In minor units."""
        try:
            amount_minor = parse_amount(self.cleaned_data["amount"], settings.SITE_CURRENCY)
            top_ups.check_amount(amount_minor)
        except Invalid as invalid:
            raise forms.ValidationError(str(invalid), code="amount") from invalid
        return amount_minor

    @property
    def presets(self) -> list[tuple[int, str]]:
        """Amount as typed, and as shown, of those within the site's limits."""
        unit = 10 ** exponent(settings.SITE_CURRENCY)
        return [
            (whole, format_money(Money(whole * unit, settings.SITE_CURRENCY)))
            for whole in PRESETS
            if settings.TOP_UP_MIN_MINOR <= whole * unit <= settings.TOP_UP_MAX_MINOR
        ]


class PeriodForm(forms.Form):
    """From a day to a day, both part of the period, in the site's time zone."""

    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    @property
    def bounds(self) -> tuple[datetime.datetime | None, datetime.datetime | None]:
        """Midnight of the first day and midnight after the last; None where there is no end."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return _midnight(since, days=0), _midnight(until, days=1)


class WalletPeriodForm(PeriodForm):
    """Of the wallet in one currency; without one it is the site's."""

    currency = forms.RegexField(r"^[A-Z]{3}$", required=False, widget=forms.HiddenInput)


def _midnight(day: datetime.date | None, *, days: int) -> datetime.datetime | None:
    if day is None or day.year >= datetime.MAXYEAR:
        return None
    start = datetime.datetime.combine(day, datetime.time.min) + datetime.timedelta(days=days)
    return timezone.make_aware(start)

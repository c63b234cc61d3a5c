"""Forms of gift cards: bought, and put in."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from payments.selectors import parse_pay_with
from payments.services.gift_cards import making
from payments.services.gift_cards.buying import Present
from socialcommerce.lib.money import parse_amount
from socialcommerce.lib.problems import Invalid


class GiftCardForm(forms.Form):
    """How much, for whom, and paid how. The key makes a second press harmless."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    handle = forms.CharField(
        label=_("For whom"),
        max_length=21,
        required=False,
        help_text=_("A handle: the card is theirs at once. Empty: you get a code to hand on."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    words = forms.CharField(label=_("A few words with it"), max_length=140, required=False)
    pay_with = forms.CharField(max_length=40)
    key = forms.RegexField(r"^[A-Za-z0-9_-]{1,64}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", secrets.token_urlsafe(16))

    def clean_amount(self) -> int:
        """In minor units."""
        try:
            amount_minor = parse_amount(self.cleaned_data["amount"], settings.SITE_CURRENCY)
            making.check_amount(amount_minor)
        except Invalid as invalid:
            raise forms.ValidationError(str(invalid), code="amount") from invalid
        return amount_minor

    def clean_pay_with(self) -> int | None:
        """The card's id, None for the wallet."""
        method, card_id = parse_pay_with(self.cleaned_data["pay_with"]) or ("", None)
        if method not in {"wallet", "card"}:
            raise forms.ValidationError(_("Please choose how to pay."), code="pay_with")
        return card_id

    @property
    def present(self) -> Present:
        """After `is_valid()`."""
        answers = self.cleaned_data
        return Present(answers["amount"], answers["handle"].lstrip("@"), answers["words"])


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Sixteen letters and digits. Capitals and dashes do not matter."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

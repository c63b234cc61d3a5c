"""Forms about a person's own money: cashing out, the PIN, closing. Services decide."""

import secrets

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib.money import parse_amount
from socialcommerce.lib.problems import Invalid


def _pin_field(label: object, *, required: bool = True) -> forms.CharField:
    """Typed on a phone's digits, never filled in or kept by the browser."""
    attrs = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "6", "pattern": "[0-9]*"}
    widget = forms.PasswordInput(attrs=attrs)
    return forms.CharField(label=label, required=required, max_length=6, widget=widget)  # type: ignore[arg-type]  # lazy text


def _password_field() -> forms.CharField:
    return forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CashOutForm(forms.Form):
    """How much. The key makes a second press harmless."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    pin = _pin_field(_("Payment PIN"), required=False)
    key = forms.RegexField(r"^[A-Za-z0-9_-]{1,64}$", widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.initial.setdefault("key", secrets.token_urlsafe(16))

    def clean_amount(self) -> int:
        """In minor units."""
        try:
            return parse_amount(self.cleaned_data["amount"], settings.SITE_CURRENCY)
        except Invalid as invalid:
            raise forms.ValidationError(str(invalid), code="amount") from invalid


class NewPinForm(forms.Form):
    """A PIN, typed twice."""

    pin = _pin_field(_("New PIN"))
    again = _pin_field(_("New PIN, once more"))

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("pin", again):
            raise forms.ValidationError(_("The two PINs differ."), code="again")
        return again


class SetPinForm(NewPinForm):
    """With the password, and the PIN that stands if there is one."""

    old_pin = _pin_field(_("The PIN you have"))
    password = _password_field()
    field_order = ("old_pin", "pin", "again", "password")

    def __init__(self, *args: object, has_pin: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not has_pin:
            del self.fields["old_pin"]


class PasswordForm(forms.Form):
    password = _password_field()

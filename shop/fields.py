"""Numbers as people type them: plain digits, nothing that only looks like a number."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib.money import InvalidAmount, parse_amount, plain_amount

DIGITS: Final = re.compile(r"[0-9]{1,18}")  # 18 digits fit into a bigint


class WholeNumberField(forms.Field):
    """0 and more in ASCII digits. "1.5", "-1", "1e9" and full-width digits are refused."""

    default_error_messages = {"invalid": _("Please enter a whole number in plain digits.")}

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        if not DIGITS.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


class AmountField(forms.Field):
    """Minor units of what a person types in major ones: "12.50" is 1250 in USD."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parse_amount(text, self.currency)
        except InvalidAmount as problem:
            raise forms.ValidationError(str(problem.detail), code="amount") from problem

    def prepare_value(self, value: Any) -> Any:
        return plain_amount(value, self.currency) if isinstance(value, int) else value


def use_currency(form: forms.BaseForm, currency: str) -> None:
    """Every amount of the form is typed and shown in that currency."""
    for field in form.fields.values():
        if isinstance(field, AmountField):
            field.currency = currency

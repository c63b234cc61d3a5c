"""Forms: what a person enters, read kindly."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import countries, handles
from accounts.models import Address, Profile, User
from accounts.services import addresses
from accounts.services.profiles import NAME_MAX
from socialcommerce.lib import names


class SignupExtras(forms.Form):
    """What allauth's sign-up asks besides email and password."""

    name = forms.CharField(
        label=_("Name"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    handle = forms.CharField(
        label=_("Handle"),
        max_length=handles.HANDLE_MAX + 1,  # an @ before it is forgiven
        help_text=_("3 to 20 letters, digits or underscores. Others find you by it."),
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    field_order = ("name", "handle", "email", "password1")

    def clean_name(self) -> str:
        return _clean_name(self.cleaned_data["name"])

    def clean_handle(self) -> str:
        try:
            handle = handles.clean(self.cleaned_data["handle"])
        except handles.BadHandle as problem:
            raise forms.ValidationError(str(problem.reason), code="handle") from problem
        if Profile.objects.by_handle(handle).exists():
            raise forms.ValidationError(_("Somebody else has this handle."), code="taken")
        return handle

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth asks for it; the adapter has registered the whole person already."""


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bio = forms.CharField(
        label=_("About you"),
        max_length=160,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    # Read by Pillow in `lib.pictures`, which says kindly what is wrong; so no ImageField here.
    avatar = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    remove_avatar = forms.BooleanField(label=_("Remove the picture"), required=False)

    def clean_name(self) -> str:
        return _clean_name(self.cleaned_data["name"])

    def clean_bio(self) -> str:
        """Line breaks count as one character and show as a blank."""
        return " ".join(str(self.cleaned_data["bio"]).split())


def _clean_name(text: str) -> str:
    try:
        return names.clean(text, most=NAME_MAX)
    except names.BadName as problem:
        raise forms.ValidationError(str(problem.detail), code="name") from problem


class AddressForm(forms.ModelForm[Address]):
    country = forms.ChoiceField(label=_("Country"))

    class Meta:
        model = Address
        fields = (*addresses.FIELDS, "is_default")
        labels = {"is_default": _("Use this address unless I choose another one")}
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "line1": forms.TextInput(attrs={"autocomplete": "address-line1"}),
            "line2": forms.TextInput(attrs={"autocomplete": "address-line2"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "region": forms.TextInput(attrs={"autocomplete": "address-level1"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", _("Choose a country")), *countries.choices()]
        field.widget.attrs["autocomplete"] = "country"
        if self.instance.is_default:  # another one takes that over; nothing to untick
            del self.fields["is_default"]

    @property
    def wants_default(self) -> bool:
        return bool(self.cleaned_data.get("is_default"))

    @property
    def address_fields(self) -> Mapping[str, str]:
        """As `services.addresses` takes them; after `is_valid()`."""
        return {name: self.cleaned_data[name] for name in addresses.FIELDS}

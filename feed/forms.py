"""What people fill in. The rules live in the services; forms speak for fields."""

import re
from collections.abc import Sequence
from typing import Any, Self
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from feed import cards, selectors
from feed.cards import AttachChoice, CardRef
from feed.models import ReportReason
from feed.models.pictures import ALT_TEXT_MAX
from feed.models.posts import TEXT_CHARACTERS_MAX
from feed.models.reports import NOTE_CHARACTERS_MAX
from feed.services.posts import NewPicture
from socialcommerce.lib.api import KEY_PATTERN

_CARD = re.compile(r"([a-z_]{1,32}):([0-9]{1,18})", re.ASCII)
QUERY_CHARACTERS_MAX = 100


class ComposeForm(forms.Form):
    """A post to be, by one of `authors` (the person first, then the stores they run)."""

    text = forms.CharField(
        label=_("What is new?"),
        required=False,
        strip=False,
        max_length=TEXT_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 2, "data-composer-text": "", "dir": "auto"}),
    )
    author = forms.TypedChoiceField(label=_("Post as"), required=False, coerce=int, empty_value="")
    in_reply_to = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    card = forms.CharField(required=False, max_length=64)
    card_query = forms.CharField(required=False, max_length=QUERY_CHARACTERS_MAX)
    key = forms.RegexField(
        rf"\A(?:{KEY_PATTERN.pattern})\Z", max_length=64, widget=forms.HiddenInput
    )

    length_max = settings.POST_LENGTH_MAX
    pictures_max = settings.POST_PICTURES_MAX

    def __init__(self, *args: Any, authors: Sequence[Profile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authors = authors
        hint = _("Your answer") if self["in_reply_to"].value() else _("What is new?")
        self.fields["text"].widget.attrs["placeholder"] = hint
        # Bound fields know what was sent by value: a choice is compared as text.
        author = self.fields["author"]
        assert isinstance(author, forms.TypedChoiceField)  # noqa: S101  declared above
        author.choices = [
            (profile.pk, f"{profile.name} (@{profile.handle})") for profile in authors
        ]

    @classmethod
    def blank(cls, viewer: Profile, **initial: Any) -> Self:
        """An empty form with a fresh key: the same form sent twice is one post."""
        authors = selectors.acting_profiles(viewer.user) if viewer.user else []
        return cls(authors=authors, initial={"key": uuid4().hex, **initial})

    def clean_card(self) -> CardRef | None:
        text = self.cleaned_data["card"]
        if not text:
            return None
        found = _CARD.fullmatch(text)
        if found is None:
            raise forms.ValidationError(cards.UnknownCard.title)
        return CardRef(found[1], int(found[2]))

    def chosen_author(self) -> Profile:
        """Who speaks; themselves unless a store was chosen. Call on a valid form."""
        wanted = self.cleaned_data["author"]
        return next((one for one in self.authors if one.pk == wanted), self.authors[0])

    def can_attach(self) -> bool:
        return bool(cards.attachable_types())

    def chosen_card(self) -> str:
        """The card as the form carries it, in whichever state the form is."""
        return str(self["card"].value() or "")


def new_pictures(
    files: "MultiValueDict[str, UploadedFile[bytes]]", alt_texts: Sequence[str]
) -> list[NewPicture]:
    """The files in their order, each with the words that stand at its place."""
    words = [text[:ALT_TEXT_MAX] for text in alt_texts]
    uploads = files.getlist("pictures")
    return [
        NewPicture(upload, words[place] if place < len(words) else "")
        for place, upload in enumerate(uploads)
    ]


def card_choices(
    author: Profile, query: str
) -> list[tuple[cards.CardType, Sequence[AttachChoice]]]:
    """What may be attached, by type; types that found nothing are left out."""
    found = [
        (card_type, cards.choices(key=card_type.key, author=author, query=query))
        for card_type in cards.attachable_types()
    ]
    return [(card_type, choices) for card_type, choices in found if choices]


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=ReportReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What should we know?"),
        required=False,
        max_length=NOTE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

from django import forms
from django.utils.translation import gettext_lazy as _

from feed.services.moderation import REASON_CHARACTERS_MAX


class HideForm(forms.Form):
    reason = forms.CharField(label=_("Why? The author reads it."), max_length=REASON_CHARACTERS_MAX)

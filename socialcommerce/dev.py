"""The living page of the look: every component in each of its states, in development only."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import clock
from socialcommerce.lib.problems import Conflict


class SampleForm(forms.Form):
    """One field of each kind; sent empty, it shows the errors."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on the parcel."))
    handle = forms.SlugField(label=_("Handle"), required=False)
    about = forms.CharField(label=_("About"), widget=forms.Textarea, required=False)
    country = forms.ChoiceField(label=_("Country"), choices=[("DE", "Germany"), ("JP", "Japan")])
    delivery = forms.ChoiceField(
        label=_("Delivery"),
        widget=forms.RadioSelect,
        choices=[("post", _("By post")), ("pickup", _("Pick up"))],
    )
    picture = forms.ImageField(label=_("Picture"), required=False)
    agree = forms.BooleanField(label=_("Charge my wallet if I get one"))


def look(request: HttpRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = SampleForm(request.POST, request.FILES) if sent else SampleForm()
    if sent and form.is_valid():
        messages.success(request, _("Everything was filled in."))
    now = clock.now()
    profiles = [
        {
            "name": "Ada Brook",
            "handle": "ada",
            "initial": "A",
            "hue": hue,
            "is_store": hue % 3 == 2,
            "verified_at": now,
            "get_absolute_url": "/",
        }
        for hue in range(12)
    ]
    context = {
        "form": form,
        "problem": _price_changed(),
        "profiles": profiles,
        "kinds": ["", "primary", "live", "outline", "quiet", "danger"],
        "badges": ["", "accent", "live", "success", "warning", "danger", "outline"],
        "notices": ["", "success", "warning", "danger", "live"],
        "colours": [
            "ground",
            "surface",
            "surface-sunken",
            "line",
            "ink",
            "ink-soft",
            "accent",
            "accent-soft",
            "live",
            "live-soft",
            "success",
            "warning",
            "danger",
        ],
        "tabs": [
            {"url": "?", "label": _("Posts"), "here": True},
            {"url": "?", "label": _("Replies")},
            {"url": "?", "label": _("Pictures")},
        ],
        "steps": [
            {"label": _("Ordered"), "state": "done", "when": now - timedelta(hours=5)},
            {"label": _("Paid"), "state": "done", "when": now - timedelta(hours=5)},
            {"label": _("Shipped"), "state": "now"},
            {"label": _("Received"), "state": "later"},
        ],
        "until": now + timedelta(hours=2, minutes=4),
        "now": now,
        "left": timedelta(hours=2, minutes=4),
        "moments": [now - timedelta(seconds=seconds) for seconds in (4, 300, 9_000, 200_000, 9e6)],
    }
    return render(request, "dev/look.html", context)


def refusal(_request: HttpRequest) -> HttpResponse:
    """Refuses, so that the page can show where a refusal goes."""
    raise _price_changed()


def _price_changed() -> Conflict:
    return Conflict(
        _("It is $12.00 now. Nothing was charged."),
        next_url="/dev/look/",
        next_label=_("See the new price"),
    )

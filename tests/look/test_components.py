"""What the partials promise to the pages that include them."""

import pytest
from django import forms
from django.template.loader import render_to_string

from accounts.models import User
from socialcommerce.lib.problems import Conflict


class Parcel(forms.Form):
    name = forms.CharField(help_text="As on the parcel.")
    note = forms.CharField(required=False)
    agree = forms.BooleanField()
    way = forms.ChoiceField(widget=forms.RadioSelect, choices=[("post", "Post")])


def field(name: str, data: dict[str, str] | None = None) -> str:
    return render_to_string("components/_field.html", {"field": Parcel(data)[name]})


def test_a_field_is_tied_to_its_label_help_and_error() -> None:
    shown = field("name", {"name": ""})
    assert '<label class="field__label" for="id_name">' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown


def test_only_what_may_stay_empty_says_so() -> None:
    assert "(optional)" in field("note")
    assert "(optional)" not in field("name")


def test_a_checkbox_stands_inside_its_label_and_radios_in_a_set() -> None:
    assert '<label class="field__check" for="id_agree"><input type="checkbox"' in field("agree")
    assert "<legend" in field("way")


def test_what_a_person_typed_is_escaped() -> None:
    shown = field("name", {"name": '"><script>alert(1)</script>'})
    assert "<script>" not in shown


def test_a_problem_says_what_happened_and_what_comes_next() -> None:
    problem = Conflict("It is $12 now. Nothing was charged.", next_url="/cart/", next_label="Look")
    shown = render_to_string("components/_problem.html", {"problem": problem})
    assert 'data-problem="conflict"' in shown
    assert 'role="alert"' in shown
    assert "Nothing was charged." in shown
    assert '<a class="button button--small button--outline" href="/cart/">Look</a>' in shown


def test_a_toast_beside_an_answer_finds_its_place_and_can_be_taken_back() -> None:
    shown = render_to_string(
        "components/_toast.html", {"text": "Deleted.", "undo_url": "/undo/", "oob": True}
    )
    assert '<div id="toasts" hx-swap-oob="beforeend">' in shown
    assert '<form method="post" action="/undo/">' in shown


def test_the_last_page_of_a_list_has_no_pager() -> None:
    assert render_to_string("components/_pager.html", {"next_url": ""}).strip() == ""
    assert 'hx-get="?c=2"' in render_to_string("components/_pager.html", {"next_url": "?c=2"})


@pytest.mark.django_db
def test_a_face_without_a_picture_is_the_initial_on_its_hue(alice: User) -> None:
    shown = render_to_string("components/_avatar.html", {"profile": alice.profile, "size": "large"})
    assert f"avatar hue-{alice.profile.hue} avatar--large" in shown
    assert "\n  A\n" in shown

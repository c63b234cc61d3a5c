"""Whoever fills in a form of the back office reads beside each field what follows from it."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.sites import merchant_site, operator_site
from accounts.models import User
from payments.admin.operator_people import LimitsForm
from payments.models import StandingLimits
from payments.services.people import standings
from tests.factories.shop import make_store, make_variant

# What its label alone explains; of a reason and an answer the label says who reads it.
PLAIN = {"answer", "name", "reason", "store", "title"}
# Their fields are made one by one, or a button is all they are.
WITHOUT_DECLARED_FIELDS = {"LimitsForm", "NoQuestions", "NothingForm"}

# A field on a line of its own: the hidden ones stand within a loop of one line.
PRINTED = re.compile(r"^ *{{ field }}$", re.MULTILINE)
TEMPLATES = Path(__file__).parents[2] / "templates"
APPS = ("accounts", "feed", "shop", "payments", "flashsale")
Fields = dict[str, forms.Field]


def own_forms() -> set[type[forms.BaseForm]]:
    """Every form class that the admin of one of our apps declares."""
    found: set[type[forms.BaseForm]] = set()
    for app in APPS:
        package = import_module(f"{app}.admin")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            found |= declared_in(module.name)
    return found


def declared_in(module: str) -> set[type[forms.BaseForm]]:
    return {
        thing
        for thing in vars(import_module(module)).values()
        if isinstance(thing, type)
        and issubclass(thing, forms.BaseForm)
        and thing.__module__ == module
    }


def unexplained(fields: Fields) -> list[str]:
    return [
        name
        for name, field in fields.items()
        if name not in PLAIN and not field.widget.is_hidden and not str(field.help_text).strip()
    ]


def test_every_declared_field_is_explained() -> None:
    found = own_forms()
    assert len(found) > 25
    bare = {
        f"{form.__module__}.{form.__name__}": names
        for form in found
        if (names := unexplained(form.base_fields))
    }
    assert bare == {}


def test_what_a_form_makes_by_itself_is_explained() -> None:
    empty = {form.__name__ for form in own_forms() if not form.base_fields}
    assert empty == WITHOUT_DECLARED_FIELDS
    limits = LimitsForm(row=StandingLimits(**dict.fromkeys(standings.LIMITS, 100)))
    assert len(limits.fields) == len(standings.LIMITS)
    assert unexplained(limits.fields) == []


@pytest.fixture
def asked(alice: User) -> HttpRequest:
    """By somebody who may write wherever anybody may."""
    alice.is_operator = True
    alice.save()
    make_variant(store=make_store(alice))
    request = RequestFactory().get("/")
    request.user = alice
    return request


def writes(admin: Any, request: HttpRequest) -> bool:
    """Its page is Django's own form, for this person."""
    if isinstance(admin, ReadOnlyAdmin):
        return False
    return bool(admin.has_change_permission(request))


def written(request: HttpRequest) -> Iterator[tuple[str, Fields]]:
    """The forms that Django makes for the model admins of both sites and for their inlines."""
    for site in (operator_site, merchant_site):
        for model, admin in site._registry.items():
            if not writes(admin, request):
                continue
            name = f"{site.name}.{model.__name__}"
            yield name, without_fixed(admin, admin.get_form(request).base_fields, request)
            for inline in (one(model, site) for one in admin.inlines):
                if writes(inline, request):
                    fields = inline.get_formset(request).form.base_fields
                    yield f"{name}.{type(inline).__name__}", without_fixed(inline, fields, request)


def without_fixed(admin: Any, fields: Fields, request: HttpRequest) -> Fields:
    fixed = set(admin.get_readonly_fields(request))
    return {name: field for name, field in fields.items() if name not in fixed}


def test_what_a_model_admin_adds_to_its_form_is_explained(asked: HttpRequest) -> None:
    found = dict(written(asked))
    expected = {
        "operator.Sale", "operator.Sale.LotInline", "operator.Sale.WaveInline",
        "operator.Programme", "merchant.Store", "merchant.Product",
        "merchant.Product.VariantInline", "merchant.Product.PictureInline",
    }  # fmt: skip
    assert expected <= set(found)
    assert {name: bare for name, fields in found.items() if (bare := unexplained(fields))} == {}


def test_every_page_of_theirs_shows_the_text_and_leads_to_it() -> None:
    """Django names `<field>_helptext` as what describes a field: it has to be there."""
    everywhere = TEMPLATES.rglob("*.html")
    pages = [page for page in everywhere if page.parent.name != "components"]
    printing = [page for page in pages if PRINTED.search(page.read_text())]
    assert len(printing) >= 5
    led = re.compile(r'id="{{ field\.auto_id }}_helptext">{{ field\.help_text')
    assert [page.name for page in printing if not led.search(page.read_text())] == []

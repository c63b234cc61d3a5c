"""A walk over every page of the merchant site as somebody who must not get anywhere.

Other apps use it with rows of their own: `reachable(client, row)` names every address of the
site that gave the row away or let it be touched.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.admin.sites import merchant_site

REFUSED = frozenset([302, 403, 404, 405])


def addresses(row: Model) -> Iterator[str]:
    """Every address of the merchant site that names `row`, with its lists and choices."""
    name = f"merchant:{row._meta.app_label}_{row._meta.model_name}"
    for page in ("change", "delete", "history"):
        yield reverse(f"{name}_{page}", args=[row.pk])
    content_type = ContentType.objects.get_for_model(row)
    yield reverse("merchant:view_on_site", args=[content_type.pk, row.pk])


def own_addresses(row: Model) -> Iterator[str]:
    """The views that the row's model admin adds, where they take an id."""
    admin: Any = merchant_site._registry[type(row)]
    for pattern in admin.get_urls():
        if pattern.name and "object_id" in pattern.pattern.converters:
            yield reverse(f"merchant:{pattern.name}", kwargs={"object_id": row.pk})


def reachable(client: Client, row: Model, *, secret: str) -> list[str]:
    """What was reached, of `row` or of `secret` (words that only its page holds); empty is good."""
    found: list[str] = []
    for url in {*addresses(row), *own_addresses(row)}:
        for method in ("get", "post"):
            response = getattr(client, method)(url)
            if response.status_code not in REFUSED or _leads_to(response, row):
                found.append(f"{method} {url}")
    return found + [url for url in _lists(row) if secret in client.get(url).content.decode()]


def act(client: Client, row: Model, action: str, **more: str) -> HttpResponse:
    """The action of a list, asked for with that row's id."""
    url = reverse(f"merchant:{row._meta.app_label}_{row._meta.model_name}_changelist")
    form = {"action": action, "_selected_action": str(row.pk), **more}
    response: HttpResponse = client.post(url, form)
    return response


def _lists(row: Model) -> Iterator[str]:
    changelist = reverse(f"merchant:{row._meta.app_label}_{row._meta.model_name}_changelist")
    yield changelist
    yield f"{changelist}?id={row.pk}"
    yield f"{changelist}?q=a"
    yield reverse("merchant:index")


def _leads_to(response: HttpResponse, row: Model) -> bool:
    target = row.get_absolute_url() if hasattr(row, "get_absolute_url") else None
    return target is not None and response.get("Location") == target

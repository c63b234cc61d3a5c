"""A page of the merchant site on which something is done to one row by a service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise

from accounts.admin.sites import merchant_site
from socialcommerce.lib.problems import Problem


@dataclass(frozen=True, slots=True)
class Act:
    """`do(answers)` calls the service, outside any transaction of the admin; `change_page` names
    the row's own page.
    """

    title: Promise | str
    button: Promise | str
    done: Promise | str
    form: type[forms.Form]
    change_page: str
    do: Callable[[dict[str, Any]], object]


def page(request: HttpRequest, row: Any, act: Act, *, initial: dict[str, Any]) -> HttpResponse:
    """The form; after it the row's page, with what was done or why it was not."""
    back_url = reverse(f"merchant:{act.change_page}", args=[row.pk])
    form = act.form(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            act.do(form.cleaned_data)
        except Problem as problem:
            messages.error(request, f"{problem.title} {problem.detail}")
        else:
            messages.success(request, str(act.done))
        return redirect(back_url)
    context = {
        **merchant_site.each_context(request),
        "title": act.title,
        "act": act,
        "form": form,
        "row": row,
        "back_url": back_url,
    }
    status = 422 if form.is_bound else 200
    return render(request, "shop/admin/act.html", context, status=status)

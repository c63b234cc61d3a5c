"""A page of either admin site with a form whose answers go to a service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from accounts.admin.sites import PlazaAdminSite
from socialcommerce.lib.problems import Problem

Text = Promise | str


@dataclass(frozen=True, slots=True)
class FormPage:
    """`do(answers)` opens its own transaction; `notes` stand above the form, and what forbids
    the act altogether stands in `missing`: then there is no button.
    """

    site: PlazaAdminSite
    title: Text
    button: Text
    done: Text
    back_url: str
    form: forms.Form
    do: Callable[[dict[str, Any]], object]
    notes: Sequence[Text] = ()
    missing: Sequence[Text] = ()


def show(request: HttpRequest, page: FormPage) -> HttpResponse:
    """The form, with what was refused above it and everything typed kept; else back, done."""
    form, status = page.form, 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                page.do(form.cleaned_data)
            except Problem as problem:
                form.add_error(None, f"{problem.title}. {problem.detail}")
                status = problem.status
            else:
                messages.success(request, str(page.done))
                return redirect(page.back_url)
    context = {**page.site.each_context(request), "title": page.title, "page": page, "form": form}
    return render(request, "accounts/admin_form.html", context, status=status)


def answers(request: HttpRequest) -> Any:
    """What a form is bound to: nothing while the page is only looked at."""
    return request.POST if request.method == "POST" else None

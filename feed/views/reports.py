"""Telling operators that something is wrong."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.decorators import PersonRequest, person_required
from feed.forms import ReportForm
from feed.services import reports
from socialcommerce.lib import clock, htmx, http


@http.require("GET", "POST")
@person_required
def report(request: PersonRequest, target_type: str, target_id: int) -> HttpResponse:
    """The form with its reasons; once sent, back to where the person was."""
    reporter = request.user.profile
    target = reports.target(target_type, target_id, reporter)
    form = ReportForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        context = {"form": form, "target": target, "next": http.safe_next(request, "")}
        return render(request, "feed/report.html", context, status=status)
    reports.report(
        reporter=reporter,
        target_type=target_type,
        target_id=target_id,
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
        now=clock.now(),
    )
    messages.success(request, _("Thank you. An operator will look at it."))
    return htmx.redirect(request, http.safe_next(request, "/"))

"""The line-up as a page and as a calendar, and the reminder on a sale's page."""

from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from accounts.decorators import PersonRequest, person_required
from flashsale.pages import icalendar, line_up
from flashsale.services.line_up import reminders
from socialcommerce.lib import clock, htmx, http, limits


@http.require("GET")
def page(request: HttpRequest) -> HttpResponse:
    shown = line_up.build(now=clock.now(), category=request.GET.get("category", ""))
    context = {"line_up": shown, "calendar_url": _subscription()}
    return render(request, "flashsale/line_up/page.html", context)


@cache_control(public=True, max_age=300)
@http.require("GET")
def calendar(request: HttpRequest) -> HttpResponse:
    """For programs that subscribe; they ask again by themselves."""
    name = _("%(site)s: line-up") % {"site": settings.SITE_NAME}
    found = line_up.events(now=clock.now())
    body = icalendar.write(found, name=name, product=settings.SITE_NAME)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


@http.require("POST")
@person_required
def remind(request: PersonRequest, sale_id: int) -> HttpResponse:
    _check_pace(request)
    reminders.ask(sale_id=sale_id, person=request.user.profile, now=clock.now())
    return _button(request, sale_id, asked=True)


@http.require("POST")
@person_required
def forget(request: PersonRequest, sale_id: int) -> HttpResponse:
    _check_pace(request)
    reminders.forget(sale_id=sale_id, person=request.user.profile)
    return _button(request, sale_id, asked=False)


def _check_pace(request: PersonRequest) -> None:
    limits.check(scope="remind", subject=str(request.user.pk), limit=60, window_seconds=60)


def _button(request: PersonRequest, sale_id: int, *, asked: bool) -> HttpResponse:
    if not htmx.is_htmx(request):
        return htmx.redirect(request, reverse("flashsale:sale", args=[sale_id]))
    context = {"sale_id": sale_id, "person": request.user.profile, "asked": asked}
    return render(request, "flashsale/line_up/_reminder.html", context)


def _subscription() -> str:
    """What a calendar program opens to subscribe, not to import once."""
    host = urlsplit(settings.SITE_URL).netloc
    return urlunsplit(("webcal", host, reverse("flashsale:line_up_calendar"), "", ""))

"""News for a person."""

from django.http import HttpResponse

from accounts import selectors
from accounts.decorators import PersonRequest, person_required
from accounts.services import notices
from socialcommerce.lib import clock, htmx, http

PAGE_SIZE = 30


@http.require("GET")
@person_required
def index(request: PersonRequest) -> HttpResponse:
    """Opening the list reads it: what was new is marked this once."""
    profile = request.user.profile
    found = selectors.notice_page(profile, cursor=request.GET.get("cursor"), size=PAGE_SIZE)
    if request.method == "GET" and found.days:
        newest = max(notice.id for day in found.days for notice in day.notices)
        notices.mark_read(recipient=profile, now=clock.now(), up_to=newest)
    context = {"found": found}
    return htmx.render(
        request, "accounts/notifications.html", "accounts/_notification_days.html", context
    )

"""What people ask operators to look at."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import Profile, User
from feed import reportables
from feed import text as texts
from feed.models import Report, ReportReason
from feed.models.reports import NOTE_CHARACTERS_MAX
from socialcommerce.lib import limits
from socialcommerce.lib.problems import Invalid, NotFound

REPORT_LIMIT = 30  # of one person within the window: an operator reads each of them
REPORT_WINDOW_SECONDS = 3_600


class BadReport(Invalid):
    code = "bad-report"
    title = _("Please choose a reason")


def report(
    *, reporter: Profile, target_type: str, target_id: int, reason: str, note: str, now: datetime
) -> Report:
    """An operator will see it. One report of a thing a person: a repeat gives the first one.

    Raises NotFound for what the reporter cannot see, BadReport, text.BadText, limits.TooMany.
    """
    target(target_type, target_id, reporter)
    if reason not in ReportReason.values:
        raise BadReport
    note = texts.clean(note)
    if len(note) > NOTE_CHARACTERS_MAX:
        raise BadReport(_("The note may have up to %(most)s characters.") % _MOST)
    limits.check(
        scope="feed.report",
        subject=str(reporter.pk),
        limit=REPORT_LIMIT,
        window_seconds=REPORT_WINDOW_SECONDS,
    )
    made, _new = Report.objects.get_or_create(
        reporter=reporter,
        target_type=target_type,
        target_id=target_id,
        defaults={"reason": reason, "note": note, "created_at": now},
    )
    return made


def target(target_type: str, target_id: int, viewer: Profile) -> reportables.Reported:
    """The thing as the viewer sees it. Raises NotFound, also for one's own."""
    reportable = reportables.find(target_type)
    reported = reportable.load(target_id, viewer) if reportable else None
    if reported is None:
        raise NotFound
    if reported.owner_id == viewer.pk:
        raise BadReport(_("This is your own. You can delete it instead."))
    return reported


def close(*, report_id: int, operator: User, now: datetime) -> int:
    """Every open report of the same thing is closed by this operator; how many there were.

    Raises NotFound.
    """
    found = Report.objects.filter(pk=report_id).first()
    if found is None:
        raise NotFound
    same = Report.objects.filter(
        target_type=found.target_type, target_id=found.target_id, closed_at=None
    )
    return same.update(closed_at=now, closed_by=operator)


_MOST = {"most": NOTE_CHARACTERS_MAX}

"""Posts and reports on the operator site."""

from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.base import OperatorModelAdmin, OperatorTabularInline, ReadOnlyAdmin
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from feed import reportables
from feed.admin.forms import HideForm
from feed.models import Post, PostPicture, Report, TopicTag
from feed.services import moderation, reports
from socialcommerce.lib import clock


class PictureInline(ReadOnlyAdmin, OperatorTabularInline):
    model = PostPicture
    fields = ("image", "alt_text")


@admin.register(Post, site=operator_site)
class PostAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("words", "author", "kind", "standing", "like_count", "created_at")
    list_filter = (
        "kind",
        ("hidden_at", admin.EmptyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("author",)
    search_fields = ("text", "author__handle")
    ordering = ("-created_at", "-id")
    inlines = (PictureInline,)
    actions = ("hide", "show")
    fields = (
        "author",
        "kind",
        "text",
        "in_reply_to",
        "repost_of",
        "card_type",
        "card_id",
        "created_at",
        "deleted_at",
        "hidden_at",
        "hidden_reason",
        "reply_count",
        "repost_count",
        "like_count",
    )

    @admin.display(description=_("text"))
    def words(self, post: Post) -> str:
        return str(post)

    @admin.display(description=_("standing"))
    def standing(self, post: Post) -> str:
        if post.hidden_at:
            return str(_("hidden"))
        return str(_("deleted") if post.deleted_at else _("stands"))

    @admin.action(description=_("Hide, with a reason"))
    def hide(self, request: HttpRequest, posts: "QuerySet[Post]") -> HttpResponse | None:
        """Asks for the reason on a page of its own, then hides."""
        return _hide_with_reason(self, request, posts, action="hide")

    @admin.action(description=_("Show again"))
    def show(self, request: HttpRequest, posts: "QuerySet[Post]") -> None:
        for post in posts:
            moderation.show(post_id=post.pk)
            self.log_change(request, post, "show")
        _say(self, request, len(posts))


@admin.register(Report, site=operator_site)
class ReportAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("target", "reason", "note", "reporter", "created_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "reason", "target_type")
    list_select_related = ("reporter",)
    search_fields = ("note", "reporter__handle")
    ordering = ("-created_at", "-id")
    actions = ("hide_target", "leave")
    fields = (
        "target",
        "reason",
        "note",
        "reporter",
        "created_at",
        "closed_at",
        "closed_by",
    )
    readonly_fields = ("target",)

    @admin.display(description=_("what"))
    def target(self, report: Report) -> str:
        reportable = reportables.find(report.target_type)
        reported = reportable.load(report.target_id, None) if reportable else None
        if reported is None:
            return f"{report.target_type} {report.target_id}"
        return format_html('<a href="{}">{}</a>', reported.url, reported.title)

    @admin.action(description=_("Hide what is reported, with a reason, and close"))
    def hide_target(self, request: HttpRequest, chosen: "QuerySet[Report]") -> HttpResponse | None:
        return _hide_with_reason(self, request, chosen, action="hide_target")

    @admin.action(description=_("Leave it as it is, and close"))
    def leave(self, request: HttpRequest, chosen: "QuerySet[Report]") -> None:
        for report in chosen:
            _close(self, request, report, "leave")
        _say(self, request, len(chosen))


@admin.register(TopicTag, site=operator_site)
class TopicTagAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("tag", "created_at")
    search_fields = ("tag",)
    ordering = ("tag",)
    fields = ("tag", "created_at")


def _hide_with_reason(
    of: OperatorModelAdmin, request: HttpRequest, chosen: "QuerySet[Model]", *, action: str
) -> HttpResponse | None:
    form = HideForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        for row in chosen:
            _hide(of, request, row, form.cleaned_data["reason"])
        _say(of, request, len(chosen))
        return None
    context = {
        **operator_site.each_context(request),
        "title": _("Hide from everybody"),
        "form": form,
        "chosen": chosen,
        "action": action,
    }
    return render(request, "feed/operator_hide.html", context)


def _hide(of: OperatorModelAdmin, request: HttpRequest, row: Model, reason: str) -> None:
    if isinstance(row, Report):
        reportable = reportables.find(row.target_type)
        if reportable is not None:
            reportable.hide(row.target_id, reason=reason, now=clock.now())
        _close(of, request, row, f"hide: {reason}")
        return
    moderation.hide(post_id=row.pk, reason=reason, now=clock.now())
    of.log_change(request, row, f"hide: {reason}")


def _close(of: OperatorModelAdmin, request: HttpRequest, report: Report, act: str) -> None:
    assert isinstance(request.user, User)  # noqa: S101  the site lets nobody else in
    reports.close(report_id=report.pk, operator=request.user, now=clock.now())
    of.log_change(request, report, act)


def _say(of: OperatorModelAdmin, request: HttpRequest, count: int) -> None:
    text = ngettext("%(count)d done.", "%(count)d done.", count) % {"count": count}
    of.message_user(request, text, messages.SUCCESS)


def waiting(_user: User) -> Sequence[DashboardRow]:
    """What the first page of the site says of the feed."""
    url = reverse("operator:feed_report_changelist") + "?closed_at__isempty=1"
    open_reports = Report.objects.filter(closed_at=None).count()
    return [DashboardRow(label=_("Reports to look at"), count=open_reports, url=url)]


register_dashboard("operator", waiting)

"""People and profiles on the operator site."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from accounts.admin.base import OperatorModelAdmin, OperatorTabularInline, ReadOnlyAdmin
from accounts.admin.sites import operator_site
from accounts.models import Membership, Profile, User
from accounts.services import people


@admin.register(User, site=operator_site)
class UserAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("email", "handle", "standing", "is_operator", "created_at", "last_login")
    list_filter = ("is_active", "is_operator", ("frozen_at", admin.EmptyFieldListFilter))
    list_select_related = ("profile",)
    search_fields = ("email", "profile__handle", "profile__name")
    ordering = ("-created_at",)
    fields = (
        "email",
        "handle",
        "is_active",
        "frozen_at",
        "is_operator",
        "created_at",
        "last_login",
    )
    readonly_fields = ("handle",)
    actions = ("deactivate", "reactivate")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        """Without the extras of rehearsals, who are nobody."""
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.exclude(profile__is_extra=True)

    @admin.display(description=_("handle"))
    def handle(self, user: User) -> str:
        return str(user.profile)

    @display(  # type: ignore[untyped-decorator]
        description=_("standing"),
        label={"closed": "danger", "frozen": "warning", "fine": "success"},
    )
    def standing(self, user: User) -> tuple[str, str]:
        if not user.is_active:
            return "closed", str(_("closed"))
        return ("frozen", str(_("frozen"))) if user.frozen_at else ("fine", str(_("fine")))

    @admin.action(description=_("Close: logged out, cannot log in"))
    def deactivate(self, request: HttpRequest, users: "QuerySet[User]") -> None:
        """Not oneself: nobody would be left to open it again."""
        others = users.exclude(email=request.user.get_username())
        self._do(request, others, lambda user: people.deactivate(user=user))

    @admin.action(description=_("Open again"))
    def reactivate(self, request: HttpRequest, users: "QuerySet[User]") -> None:
        self._do(request, users, lambda user: people.reactivate(user=user))

    def _do(
        self, request: HttpRequest, users: "QuerySet[User]", act: Callable[[User], bool]
    ) -> None:
        changed = [user for user in users if act(user)]
        for user in changed:
            self.log_change(request, user, str(request.POST.get("action", "")))
        text = ngettext("%(count)d person changed.", "%(count)d people changed.", len(changed)) % {
            "count": len(changed)
        }
        self.message_user(request, text, messages.SUCCESS if changed else messages.WARNING)


class MembershipInline(ReadOnlyAdmin, OperatorTabularInline):
    model = Membership
    fields = ("user", "role", "created_at")


@admin.register(Profile, site=operator_site)
class ProfileAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("handle", "name", "kind", "follower_count", "post_count", "created_at")
    list_filter = ("kind", ("verified_at", admin.EmptyFieldListFilter))
    search_fields = ("handle", "name")
    ordering = ("-created_at",)
    inlines = (MembershipInline,)
    fields = (
        "handle",
        "name",
        "kind",
        "bio",
        "user",
        "verified_at",
        "follower_count",
        "following_count",
        "post_count",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Profile]":
        """As above, and without the store that they buy in."""
        rows: QuerySet[Profile] = super().get_queryset(request)
        return rows.filter(is_extra=False)


@admin.register(Membership, site=operator_site)
class MembershipAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("profile", "user", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("profile", "user")
    search_fields = ("profile__handle", "user__email")
    ordering = ("-created_at",)

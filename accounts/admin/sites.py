"""The two admin sites: operators run the whole place, merchants their own stores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from accounts.models import Membership, User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, kw_only=True)
class DashboardRow:
    """Something that waits for a person: how many, and where to go for it."""

    label: "str | StrPromise"
    count: int
    url: str


DashboardProvider = Callable[[User], Sequence[DashboardRow]]
_providers: dict[str, list[DashboardProvider]] = {}


def register_dashboard(site_name: str, provider: DashboardProvider) -> None:
    """`provider(user)` is asked for rows each time the first page of that site is opened.

    On the merchant site it must scope its rows by the user's memberships.
    """
    _providers.setdefault(site_name, []).append(provider)


def dashboard_rows(site_name: str, user: User) -> list[DashboardRow]:
    """Only what is not done yet: rows that count zero are left out."""
    rows = [row for provider in _providers.get(site_name, []) for row in provider(user)]
    return [row for row in rows if row.count]


class PlazaAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold ships no types
    """Comes in through the site's own login, and says what needs a person today."""

    index_template = "accounts/admin_index.html"
    enable_nav_sidebar = True

    def admits(self, user: User) -> bool:
        raise NotImplementedError

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return not isinstance(user, AnonymousUser) and user.is_active and self.admits(user)

    def get_urls(self) -> list[URLPattern]:
        redirect_to_page = path(
            "r/<path:content_type_id>/<path:object_id>/",
            self.admin_view(self.to_page),
            name="view_on_site",
        )
        return [redirect_to_page, *super().get_urls()]  # the first that matches is taken

    def to_page(
        self, request: HttpRequest, content_type_id: str, object_id: str
    ) -> HttpResponseBase:
        """Django's own redirect tells anybody the address of any row; this asks the row's admin."""
        model_admin = self._admin_of(content_type_id)
        found = model_admin.get_object(request, object_id) if model_admin else None
        if found is None or not hasattr(found, "get_absolute_url"):
            raise Http404
        return HttpResponseRedirect(found.get_absolute_url())

    def _admin_of(self, content_type_id: str) -> Any:
        try:
            model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
        except (ContentType.DoesNotExist, ValueError, OverflowError, DataError):
            return None
        return self._registry.get(model) if model else None

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """unfold takes `page` from the address for the number of a page that is there."""
        try:
            found: HttpResponseBase = super().search(request, extra_context)
        except (InvalidPage, ValueError):
            raise Http404 from None
        return found

    def logout(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        del extra_context
        return LogoutView.as_view(next_page="/")(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        del request, extra_context
        return HttpResponseRedirect(reverse("account_change_password"))

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        """There is one way in, with its lock-out and confirmed email: the site's."""
        del extra_context
        home = reverse(f"{self.name}:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or home)

    def index(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> TemplateResponse:
        assert isinstance(request.user, User)  # noqa: S101  admin_view lets nobody else in
        rows = dashboard_rows(self.name, request.user)
        page: TemplateResponse = super().index(
            request, {**(extra_context or {}), "dashboard_rows": rows}
        )
        return page


class OperatorSite(PlazaAdminSite):
    settings_name = "UNFOLD_OPERATOR"
    site_title = site_header = _("Operators")
    index_title = _("What needs you today")

    def admits(self, user: User) -> bool:
        return user.is_operator


class MerchantSite(PlazaAdminSite):
    settings_name = "UNFOLD_MERCHANT"
    site_title = site_header = _("My stores")
    index_title = _("What needs you today")

    def admits(self, user: User) -> bool:
        return Membership.objects.filter(user=user).exists()


operator_site = OperatorSite(name="operator")
merchant_site = MerchantSite(name="merchant")

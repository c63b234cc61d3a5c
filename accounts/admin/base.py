"""The base classes of both admin sites.

Acts with consequences are actions or own views that call a service, never `save_model`: the
admin wraps that in a transaction of its own.
"""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from accounts.admin.lookups import PlainRequests
from accounts.admin.scope import EVERYBODY, LEADERS, NOBODY, Scoped, ScopedList
from accounts.models import User

__all__ = [
    "EVERYBODY",
    "LEADERS",
    "NOBODY",
    "MerchantModelAdmin",
    "MerchantStackedInline",
    "MerchantTabularInline",
    "OperatorModelAdmin",
    "OperatorTabularInline",
    "ReadOnlyAdmin",
    "acting_user",
]


def acting_user(request: HttpRequest) -> User:
    """Who answers for an act on either site, for the services and their audit logs."""
    assert isinstance(request.user, User)  # noqa: S101 - the sites let nobody else in
    return request.user


class _ForOperators:
    """Operators may see, add and change; rows are closed or hidden by services, not deleted."""

    @staticmethod
    def _is_operator(request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_operator

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_delete_permission(self, _request: HttpRequest, obj: Any = None) -> bool:
        return False


class OperatorModelAdmin(_ForOperators, PlainRequests, ModelAdmin):  # type: ignore[misc]
    """Of the operator site."""

    show_full_result_count = False  # a second COUNT over the whole table
    list_per_page = 50


class OperatorTabularInline(_ForOperators, TabularInline):  # type: ignore[misc]
    """Of the operator site."""

    extra = 0


class MerchantModelAdmin(ScopedList, PlainRequests, ModelAdmin):  # type: ignore[misc]
    """Of the merchant site: subclasses state `profile_path`, and roles where they differ."""

    show_full_result_count = False
    list_per_page = 50


class MerchantTabularInline(Scoped, TabularInline):  # type: ignore[misc]
    """Of the merchant site, with a `profile_path` of its own."""

    extra = 0


class MerchantStackedInline(Scoped, StackedInline):  # type: ignore[misc]
    """Of the merchant site, with a `profile_path` of its own."""

    extra = 0


class ReadOnlyAdmin:
    """Left of a base class: rows are shown and never touched."""

    def has_add_permission(self, _request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, obj: Any = None) -> bool:
        return False

"""Addresses of a project whose merchant site holds the address book of each store.

accounts itself puts nothing on that site; these models are enough to try its base classes.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path

from accounts.admin import scope
from accounts.admin.base import LEADERS, MerchantModelAdmin, MerchantTabularInline
from accounts.admin.sites import MerchantSite
from accounts.models import Address, Membership, Profile, Role
from socialcommerce import urls

site = MerchantSite(name="merchant")


@admin.register(Profile, site=site)
class StoreAdmin(MerchantModelAdmin):
    profile_path = "pk"
    list_display = ("handle",)
    search_fields = ("handle",)
    ordering = ("handle",)
    fields = ("name", "bio")
    add_roles = scope.NOBODY


@admin.register(Address, site=site)
class BookAdmin(MerchantModelAdmin):
    profile_path = "profile"
    list_display = ("line1", "profile")
    list_filter = ("profile", "country")
    search_fields = ("line1",)
    autocomplete_fields = ("profile",)
    delete_roles = frozenset([Role.OWNER])
    actions = ("shout",)
    fields = ("profile", "full_name", "line1", "city", "country")

    @admin.action(description="Shout")
    def shout(self, request: HttpRequest, rows: Any) -> None:
        for row in self.in_roles(request, rows, LEADERS):
            Address.objects.filter(pk=row.pk).update(line1=row.line1.upper())

    def get_urls(self) -> list[URLPattern]:
        label = path(
            "<path:object_id>/label/",
            self.admin_site.admin_view(self.label),
            name="accounts_address_label",
        )
        return [label, *super().get_urls()]

    def label(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponse(self.own_or_404(request, object_id).line1)


class BookInline(MerchantTabularInline):
    """Of a store; not on its page, to be asked alone."""

    model = Address
    profile_path = "profile"


class MembersAdmin(admin.ModelAdmin[Membership]):
    """Made with Django's own class: the base classes take no rows from it."""


site.register(Membership, MembersAdmin)

urlpatterns = [
    path("merchant/", site.urls),
    path("accounts/", include("accounts.login_urls")),
    *[pattern for pattern in urls.urlpatterns if str(pattern.pattern) != "merchant/"],
]

"""Endpoints of accounts, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from accounts.api import addresses, me, profiles

app_name = "accounts_api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", me.Me.as_view(), name="me"),
    path("tokens", me.Tokens.as_view(), name="tokens"),
    path("notifications", me.Notices.as_view(), name="notifications"),
    path("notifications/read", me.NoticesRead.as_view(), name="notifications_read"),
    path("addresses", addresses.Addresses.as_view(), name="addresses"),
    path("addresses/<int:address_id>", addresses.AddressDetail.as_view(), name="address"),
    path("profiles/<str:handle>", profiles.ProfileDetail.as_view(), name="profile"),
    path("profiles/<str:handle>/follow", profiles.ProfileFollow.as_view(), name="follow"),
    path("profiles/<str:handle>/block", profiles.ProfileBlock.as_view(), name="block"),
    path("profiles/<str:handle>/followers", profiles.Followers.as_view(), name="followers"),
    path("profiles/<str:handle>/following", profiles.Following.as_view(), name="following"),
]

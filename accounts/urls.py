"""Addresses of accounts, but for logging in: see login_urls.py."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import addresses, mailbox, me, notifications, relations

app_name = "accounts"

address_book = [
    path("", addresses.index, name="addresses"),
    path("new/", addresses.add, name="address_add"),
    path("<int:address_id>/", addresses.edit, name="address_edit"),
    path("<int:address_id>/default/", addresses.make_default, name="address_default"),
    path("<int:address_id>/remove/", addresses.remove, name="address_remove"),
    path("<int:address_id>/restore/", addresses.restore, name="address_restore"),
]

profile_acts = [
    path("follow/", relations.follow, name="follow"),
    path("unfollow/", relations.unfollow, name="unfollow"),
    path("block/", relations.block, name="block"),
    path("unblock/", relations.unblock, name="unblock"),
    path("followers/", relations.followers, name="followers"),
    path("following/", relations.following, name="following"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", me.hub, name="me"),
    path("me/edit/", me.edit, name="profile_edit"),
    path("me/addresses/", include(address_book)),
    path("me/blocked/", relations.blocked, name="blocked"),
    path("notifications/", notifications.index, name="notifications"),
    path("profiles/<str:handle>/", include(profile_acts)),
    path("dev/mail/", mailbox.index, name="mailbox"),
    path("dev/mail/<str:key>/", mailbox.detail, name="mail"),
]

from django.urls import URLPattern, URLResolver, path

from feed.views import compose, posts, reports, timelines

app_name = "feed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", timelines.home, name="home"),
    path("explore/", timelines.explore, name="explore"),
    path("timeline/new", timelines.new, name="new"),
    path("grouped/<slug:card_type>/<int:card_id>/", timelines.group, name="group"),
    path("topics/<str:tag>/", timelines.topic, name="topic"),
    path("@<str:handle>/", timelines.profile, name="profile"),
    path("compose/", compose.compose, name="compose"),
    path("compose/cards/", compose.attachable, name="attachable"),
    path("posts/<int:post_id>/", posts.detail, name="post"),
    path("posts/<int:post_id>/like/", posts.like, name="like"),
    path("posts/<int:post_id>/unlike/", posts.unlike, name="unlike"),
    path("posts/<int:post_id>/repost/", posts.repost, name="repost"),
    path("posts/<int:post_id>/undo-repost/", posts.undo_repost, name="undo_repost"),
    path("posts/<int:post_id>/delete/", posts.delete, name="delete"),
    path("posts/<int:post_id>/restore/", posts.restore, name="restore"),
    path("reports/<slug:target_type>/<int:target_id>/", reports.report, name="report"),
]

from django.urls import URLPattern, URLResolver, path

from feed.api import posts, timelines

app_name = "feed_api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("posts", posts.publish, name="posts"),
    path("posts/<int:post_id>", posts.detail, name="post"),
    path("posts/<int:post_id>/restore", posts.restore, name="restore"),
    path("posts/<int:post_id>/replies", posts.replies, name="replies"),
    path("posts/<int:post_id>/like", posts.like, name="like"),
    path("posts/<int:post_id>/repost", posts.repost, name="repost"),
    path("posts/<int:post_id>/report", posts.report, name="report"),
    path("timelines/home", timelines.home, name="home"),
    path("timelines/grouped/<slug:card_type>/<int:card_id>", timelines.group, name="group"),
    path("timelines/explore", timelines.explore, name="explore"),
    path("timelines/topics/<str:tag>", timelines.topic, name="topic"),
    path("timelines/profiles/<str:handle>/posts", timelines.profile, name="profile"),
]

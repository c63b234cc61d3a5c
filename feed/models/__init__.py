"""What the feed keeps: posts and their pictures, topics, mentions, likes, reports."""

from feed.models.likes import Like
from feed.models.pictures import PostPicture
from feed.models.posts import Post, PostKind, PostQuerySet
from feed.models.reports import Report, ReportReason
from feed.models.topics import Mention, PostTopic, TopicTag

__all__ = [
    "Like",
    "Mention",
    "Post",
    "PostKind",
    "PostPicture",
    "PostQuerySet",
    "PostTopic",
    "Report",
    "ReportReason",
    "TopicTag",
]

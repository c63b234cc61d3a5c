"""What the home timeline looks up for each author, built while people read and write."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

LIVE = models.Q(deleted_at__isnull=True, hidden_at__isnull=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feed", "0002_grouped_posts")]

    operations = [
        ValidateConstraint(model_name="post", name="post_grouped_by_card"),
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                fields=["author", "-created_at", "-id"],
                include=["repost_of"],
                name="post_alone_by_author",
                condition=LIVE & models.Q(is_grouped=False) & ~models.Q(kind="reply"),
            ),
        ),
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                fields=["author", "-created_at", "-id"],
                include=["card_type", "card_id"],
                name="post_grouped_by_author",
                condition=LIVE & models.Q(is_grouped=True),
            ),
        ),
    ]

"""Posts of the same card that many people publish stand as one entry before their followers.

The default is kept by the database and the rule is checked row by row afterwards: a table of
millions of posts is locked for a moment only.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feed", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="post",
            name="is_grouped",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        AddConstraintNotValid(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(is_grouped=False)
                | (models.Q(kind="post") & ~models.Q(card_type="")),
                name="post_grouped_by_card",
            ),
        ),
    ]

"""What is asked each second is found without looking at a million rows."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0002_extras"),
        ("flashsale", "0008_turns_weigh_once"),
        ("shop", "0002_frozen_rows"),
    ]

    operations = [
        migrations.RemoveField(model_name="sale", name="told_claim"),
        migrations.AddField(
            model_name="sale",
            name="told_to",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("card_fingerprint", ""), _negated=True),
                fields=["sale", "card_fingerprint"],
                name="claim_by_card",
            ),
        ),
        migrations.AddIndex(
            model_name="pass",
            index=models.Index(
                condition=models.Q(("state", "held")), fields=["sale"], name="pass_held"
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("flashsale", "0004_secrets_by_invitation")]

    operations = [
        migrations.AddField(
            model_name="sale",
            name="told_claim",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="wave",
            name="invited_to",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="wave",
            name="told_to",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]

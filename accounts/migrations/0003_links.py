import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "consent_version",
                    models.CharField(blank=True, db_default="", default="", max_length=20),
                ),
                ("consent_text", models.TextField(blank=True, db_default="", default="")),
                ("consented_at", models.DateTimeField(blank=True, null=True)),
                ("provider", models.CharField(max_length=30)),
                ("state_digest", models.CharField(max_length=64, unique=True)),
                ("nonce", models.CharField(max_length=64)),
                ("verifier", models.CharField(max_length=128)),
                ("next_url", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="link_attempts",
                        to="accounts.profile",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]

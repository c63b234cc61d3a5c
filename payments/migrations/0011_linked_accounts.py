import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_links"),
        ("payments", "0008_gift_cards"),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkedAccount",
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
                ("provider", models.CharField(max_length=30, verbose_name="site")),
                ("subject", models.CharField(blank=True, max_length=255)),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name there")),
                ("linked_at", models.DateTimeField(verbose_name="linked")),
                ("unlinked_at", models.DateTimeField(null=True)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="linked_accounts",
                        to="accounts.profile",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="cardsetup",
            name="consent_text",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="cardsetup",
            name="consent_version",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="cardsetup",
            name="consented_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="instrument",
            name="consent_text",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="instrument",
            name="consent_version",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="instrument",
            name="consented_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="instrument",
            name="nickname",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="instrument",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="instrument",
            index=models.Index(
                fields=["exp_year", "exp_month"],
                condition=models.Q(("unbound_at__isnull", True), ("warned_at__isnull", True)),
                name="payments_instrument_to_warn",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unlinked_at__isnull", True)),
                fields=("provider", "subject"),
                name="payments_linked_to_one_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unlinked_at__isnull", True)),
                fields=("profile", "provider"),
                name="payments_linked_one_of_a_site",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consented_at__isnull", False),
                    models.Q(("consent_version", ""), _negated=True),
                    models.Q(("consent_text", ""), _negated=True),
                ),
                name="payments_linked_with_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("unlinked_at__isnull", True), models.Q(("subject", ""), _negated=True)
                    ),
                    models.Q(("name", ""), ("subject", ""), ("unlinked_at__isnull", False)),
                    _connector="OR",
                ),
                name="payments_linked_or_forgotten",
            ),
        ),
    ]

"""Parties are invited before they commit; receipts and late payments leave their traces."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("flashsale", "0003_waves_draws_and_programmes"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="log_unit",
            field=models.PositiveIntegerField(default=0, db_default=0),
        ),
        migrations.AlterField(
            model_name="secret",
            name="commitment",
            field=models.CharField(blank=True, max_length=64, verbose_name="commitment"),
        ),
        migrations.AlterField(
            model_name="secret",
            name="committed_at",
            field=models.DateTimeField(null=True, verbose_name="committed"),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.UniqueConstraint(
                fields=("sale", "holder"), name="secret_holder_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.CheckConstraint(
                condition=Q(commitment="", committed_at=None, revealed_at=None)
                | (~Q(commitment="") & Q(committed_at__isnull=False)),
                name="secret_committed_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.CheckConstraint(
                condition=Q(revealed_at=None) | ~Q(value=""), name="secret_revealed_has_value"
            ),
        ),
        migrations.CreateModel(
            name="Tree",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("blocks", models.JSONField()),
                (
                    "sale",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tree",
                        to="flashsale.sale",
                    ),
                ),
            ],
        ),
    ]

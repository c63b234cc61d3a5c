"""Stripe's list of what moved on the site's balance, a day at a time, and the site's own bank."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_peoples_money")]

    operations = [
        migrations.CreateModel(
            name="BalanceDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("began_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="BalanceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_id", models.CharField(max_length=80, unique=True)),
                ("type", models.CharField(max_length=60)),
                ("category", models.CharField(max_length=60)),
                ("source_id", models.CharField(blank=True, max_length=80)),
                ("parent_id", models.CharField(blank=True, max_length=80)),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("net_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("made_at", models.DateTimeField()),
                ("available_at", models.DateTimeField()),
                ("raw", models.JSONField()),
                ("stored_at", models.DateTimeField()),
                (
                    "transaction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balance_lines",
                        to="payments.ledgertransaction",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="balanceline",
            index=models.Index(
                condition=models.Q(("transaction__isnull", True)),
                fields=["id"],
                name="payments_line_unmatched",
            ),
        ),
        migrations.AddIndex(
            model_name="balanceline",
            index=models.Index(fields=["made_at"], name="payments_line_made"),
        ),
        migrations.RunSQL(
            sql=(HERE / "0012_reconciliation.sql").read_text(),
            reverse_sql=(HERE / "0012_reconciliation_back.sql").read_text(),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("wallet", "Wallet"),
                    ("escrow", "Escrow"),
                    ("reserve", "Reserve"),
                    ("fees", "Fees"),
                    ("costs", "Costs"),
                    ("clearing", "Card clearing"),
                    ("bank", "The site's bank"),
                    ("equity", "Site equity"),
                    ("receivable", "Owed to the site"),
                    ("gift_card", "Gift card"),
                    ("marketing", "Given away by the site"),
                ],
                max_length=10,
            ),
        ),
    ]

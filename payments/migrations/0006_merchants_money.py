"""Merchants' terms, reserves, accounts at Stripe and payouts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
        ("payments", "0005_lighter_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("wallet", "Wallet"),
                    ("escrow", "Escrow"),
                    ("reserve", "Reserve"),
                    ("fees", "Fees"),
                    ("clearing", "Card clearing"),
                    ("equity", "Site equity"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ConnectAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_id", models.CharField(max_length=80, null=True, unique=True)),
                ("country", models.CharField(max_length=2)),
                ("email", models.EmailField(max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("begun", "Begun"),
                            ("enabled", "Ready"),
                            ("restricted", "Restricted"),
                            ("rejected", "Refused"),
                        ],
                        default="begun",
                        max_length=10,
                    ),
                ),
                ("charges_enabled", models.BooleanField(default=False)),
                ("payouts_enabled", models.BooleanField(default=False)),
                ("details_submitted", models.BooleanField(default=False)),
                ("requirements", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "profile",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="connect_account",
                        to="accounts.profile",
                        verbose_name="store",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MerchantTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "payout_every",
                    models.CharField(
                        choices=[
                            ("daily", "Every day"),
                            ("weekly", "Every Monday"),
                            ("monthly", "On the first of each month"),
                            ("manual", "Only when I ask for it"),
                        ],
                        default="weekly",
                        max_length=8,
                        verbose_name="paid out",
                    ),
                ),
                ("next_run_on", models.DateField(null=True, verbose_name="next payout")),
                (
                    "minimum_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="Less stays in the wallet until later.",
                        verbose_name="smallest payout",
                    ),
                ),
                ("is_held", models.BooleanField(default=False, verbose_name="payouts are held")),
                (
                    "hold_reason",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="why held"
                    ),
                ),
                (
                    "reserve_basis_points",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Hundredths of a percent of each sale's proceeds.",
                        verbose_name="reserve",
                    ),
                ),
                (
                    "reserve_days",
                    models.PositiveSmallIntegerField(default=0, verbose_name="kept for (days)"),
                ),
                (
                    "reserve_until",
                    models.DateTimeField(
                        help_text="Later sales have no reserve; empty: none.",
                        null=True,
                        verbose_name="from sales until",
                    ),
                ),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
                (
                    "profile",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merchant_terms",
                        to="accounts.profile",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "money",
                "verbose_name_plural": "money",
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "run_on",
                    models.DateField(
                        help_text="The run's, in the site's time zone.", verbose_name="day"
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                ("state", models.CharField(default="created", max_length=10, verbose_name="state")),
                ("transfer_id", models.CharField(max_length=80, null=True, unique=True)),
                ("refusals", models.PositiveSmallIntegerField(default=0)),
                ("payout_id", models.CharField(max_length=80, null=True, unique=True)),
                ("reversal_id", models.CharField(max_length=80, null=True, unique=True)),
                (
                    "failure_code",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="why it failed"
                    ),
                ),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="What Stripe said last.",
                        max_length=140,
                        verbose_name="trouble",
                    ),
                ),
                ("drive_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="payments.connectaccount",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="accounts.profile",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "payout",
                "verbose_name_plural": "payouts",
            },
        ),
        migrations.CreateModel(
            name="Reserve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=100, unique=True)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("created_at", models.DateTimeField()),
                ("release_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserves",
                        to="accounts.profile",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserves",
                        to="payments.payment",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="connectaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("payouts_enabled", False), ("stripe_id__isnull", False), _connector="OR"
                ),
                name="payments_connect_enabled_is_there",
            ),
        ),
        migrations.AddIndex(
            model_name="merchantterms",
            index=models.Index(
                condition=models.Q(("is_held", False)),
                fields=["next_run_on"],
                name="payments_terms_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("minimum_minor__gte", 0)), name="payments_terms_minimum"
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve_basis_points__lte", 10000)),
                name="payments_terms_reserve",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hold_reason", ""), ("is_held", False)),
                    models.Q(("is_held", True), models.Q(("hold_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="payments_terms_hold_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_run_on__isnull", True), ("payout_every", "manual")),
                    models.Q(
                        models.Q(("payout_every", "manual"), _negated=True),
                        ("next_run_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="payments_terms_next_run",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("state__in", ["created", "returning", "sent"])),
                fields=["drive_at"],
                name="payments_payout_to_drive",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(
                fields=("payee", "currency", "run_on", "attempt"), name="payments_payout_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_payout_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["created", "sent", "paid", "returning", "failed"])
                ),
                name="payments_payout_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sent", "paid"]), _negated=True),
                    models.Q(("payout_id__isnull", False), ("transfer_id__isnull", False)),
                    _connector="OR",
                ),
                name="payments_payout_sent_is_there",
            ),
        ),
        migrations.AddIndex(
            model_name="reserve",
            index=models.Index(
                condition=models.Q(("released_at__isnull", True)),
                fields=["release_at"],
                name="payments_reserve_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="reserve",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_reserve_amount"
            ),
        ),
    ]

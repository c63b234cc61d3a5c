"""People's own money: cash-outs, the PIN, limits, freezes, and wallets that close."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_links"),
        ("payments", "0011_linked_accounts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CashOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                (
                    "returned_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="Of the amount: in the wallet again, because a card refused it.",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("key", models.CharField(max_length=100)),
                ("state", models.CharField(default="created", max_length=10, verbose_name="state")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
            ],
            options={
                "verbose_name": "cash-out",
                "verbose_name_plural": "cash-outs",
            },
        ),
        migrations.CreateModel(
            name="MoneyFreeze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="why")),
                ("frozen_at", models.DateTimeField(verbose_name="since")),
                (
                    "lifted_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="why lifted"),
                ),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="lifted")),
            ],
            options={
                "verbose_name": "freeze",
                "verbose_name_plural": "freezes",
            },
        ),
        migrations.CreateModel(
            name="PaymentPin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=128)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StandingLimits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("confirmed", "Confirmed"),
                            ("long", "Long-standing"),
                        ],
                        max_length=10,
                        unique=True,
                        verbose_name="standing",
                    ),
                ),
                ("top_up_day_minor", models.BigIntegerField(verbose_name="topped up in 24 hours")),
                ("top_up_week_minor", models.BigIntegerField(verbose_name="topped up in 7 days")),
                ("spend_day_minor", models.BigIntegerField(verbose_name="spent in 24 hours")),
                ("spend_week_minor", models.BigIntegerField(verbose_name="spent in 7 days")),
                (
                    "cash_out_day_minor",
                    models.BigIntegerField(verbose_name="cashed out in 24 hours"),
                ),
                (
                    "cash_out_week_minor",
                    models.BigIntegerField(verbose_name="cashed out in 7 days"),
                ),
                ("changed_at", models.DateTimeField(null=True, verbose_name="changed")),
            ],
            options={
                "verbose_name": "limits",
                "verbose_name_plural": "limits",
            },
        ),
        migrations.AddField(
            model_name="account",
            name="closed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    models.Q(("held_minor", 0), ("posted_minor", 0)),
                    _connector="OR",
                ),
                name="payments_account_closed_is_empty",
            ),
        ),
        migrations.AddField(
            model_name="cashout",
            name="profile",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cash_outs",
                to="accounts.profile",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="cash_out",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="payments.cashout",
            ),
        ),
        migrations.AddField(
            model_name="moneyfreeze",
            name="frozen_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="moneyfreeze",
            name="lifted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="lifted by",
            ),
        ),
        migrations.AddField(
            model_name="moneyfreeze",
            name="profile",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="money_freezes",
                to="accounts.profile",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="paymentpin",
            name="profile",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payment_pin",
                to="accounts.profile",
            ),
        ),
        migrations.AddField(
            model_name="standinglimits",
            name="changed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="changed by",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashout",
            constraint=models.UniqueConstraint(
                fields=("profile", "key"), name="payments_cash_out_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="cashout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("returned_minor__gte", 0),
                    ("returned_minor__lte", models.F("amount_minor")),
                ),
                name="payments_cash_out_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashout",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["created", "sent", "paid", "failed"])),
                name="payments_cash_out_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), _negated=True),
                    ("returned_minor", models.F("amount_minor")),
                    _connector="OR",
                ),
                name="payments_cash_out_failed_is_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyfreeze",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("profile",),
                name="payments_freeze_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyfreeze",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="payments_freeze_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyfreeze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_at__isnull", True),
                    models.Q(("lifted_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="payments_freeze_lifted_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentpin",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest", ""), _negated=True), name="payments_pin_has_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="standinglimits",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__in", ["new", "confirmed", "long"])),
                name="payments_limits_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="standinglimits",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cash_out_day_minor__gte", 0),
                    ("cash_out_week_minor__gte", models.F("cash_out_day_minor")),
                    ("spend_day_minor__gte", 0),
                    ("spend_week_minor__gte", models.F("spend_day_minor")),
                    ("top_up_day_minor__gte", 0),
                    ("top_up_week_minor__gte", models.F("top_up_day_minor")),
                ),
                name="payments_limits_week_holds_day",
            ),
        ),
    ]

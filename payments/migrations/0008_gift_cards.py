"""Gift cards, and the part that one pays of a payment."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
        ("payments", "0007_giving_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GiftCard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ordered", "Not paid yet"),
                            ("dropped", "Never paid"),
                            ("active", "Can be spent"),
                            ("expired", "Expired"),
                            ("revoked", "Revoked"),
                        ],
                        default="ordered",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("code_hash", models.CharField(max_length=64, null=True, unique=True)),
                (
                    "code_end",
                    models.CharField(
                        blank=True, default="", max_length=4, verbose_name="code ends with"
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=140,
                        verbose_name="words to whom it is for",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="why"),
                ),
                ("key", models.CharField(max_length=100, unique=True)),
                (
                    "returned_minor",
                    models.BigIntegerField(default=0, verbose_name="went back at the end"),
                ),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
            ],
            options={
                "verbose_name": "gift card",
                "verbose_name_plural": "gift cards",
            },
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payments_payment_instrument",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payments_payment_wallet_part",
        ),
        migrations.AddField(
            model_name="payment",
            name="gift_part_minor",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="What a gift card pays of it."
            ),
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
                    ("equity", "Site equity"),
                    ("receivable", "Owed to the site"),
                    ("gift_card", "Gift card"),
                    ("marketing", "Given away by the site"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="method",
            field=models.CharField(
                choices=[("wallet", "Wallet"), ("card", "Card"), ("gift_card", "Gift card")],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("purchase", "Purchase"),
                    ("top_up", "Top-up"),
                    ("gift_card", "Gift card"),
                ],
                default="purchase",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="to",
            field=models.CharField(
                choices=[("card", "Card"), ("wallet", "Wallet"), ("gift_card", "Gift card")],
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="giftcard",
            name="account",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gift_card",
                to="payments.account",
            ),
        ),
        migrations.AddField(
            model_name="giftcard",
            name="buyer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gift_cards_bought",
                to="accounts.profile",
                verbose_name="bought by",
            ),
        ),
        migrations.AddField(
            model_name="giftcard",
            name="holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gift_cards",
                to="accounts.profile",
                verbose_name="held by",
            ),
        ),
        migrations.AddField(
            model_name="giftcard",
            name="issued_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="issued by",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="gift_card",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="payments.giftcard",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("wallet_part_minor", 0),
                    models.Q(
                        ("method", "card"),
                        ("wallet_part_minor__gt", 0),
                        (
                            "wallet_part_minor__lt",
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount_minor"), "-", models.F("gift_part_minor")
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="payments_payment_wallet_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gift_part_minor", 0), ("method__in", ["wallet", "card"])),
                    models.Q(
                        ("gift_card__isnull", False),
                        ("gift_part_minor__gt", 0),
                        ("purpose", "purchase"),
                        models.Q(
                            models.Q(
                                ("gift_part_minor", models.F("amount_minor")),
                                ("method", "gift_card"),
                            ),
                            models.Q(
                                ("gift_part_minor__lt", models.F("amount_minor")),
                                ("method__in", ["wallet", "card"]),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="payments_payment_gift_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("purpose", "gift_card"), _negated=True),
                    ("gift_card__isnull", False),
                    _connector="OR",
                ),
                name="payments_payment_buys_a_card",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("instrument__isnull", True), ("method__in", ["wallet", "gift_card"])),
                    models.Q(("instrument__isnull", False), ("method", "card")),
                    _connector="OR",
                ),
                name="payments_payment_instrument",
            ),
        ),
        migrations.AddIndex(
            model_name="giftcard",
            index=models.Index(
                condition=models.Q(("state", "active")),
                fields=["expires_at"],
                name="payments_giftcard_to_expire",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftcard",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_giftcard_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="giftcard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["ordered", "dropped", "active", "expired", "revoked"])
                ),
                name="payments_giftcard_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftcard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("buyer__isnull", False), ("issued_by__isnull", True)),
                    models.Q(("buyer__isnull", True), ("issued_by__isnull", False)),
                    _connector="OR",
                ),
                name="payments_giftcard_paid_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftcard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_minor__gte", 0), ("returned_minor__lte", models.F("amount_minor"))
                ),
                name="payments_giftcard_returned",
            ),
        ),
        migrations.RunSQL(
            sql=(HERE / "0008_gift_cards.sql").read_text(),
            reverse_sql=(HERE / "0008_gift_cards_back.sql").read_text(),
        ),
    ]

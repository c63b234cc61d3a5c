"""Coupons of stores, their uses, and what one took off an order."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_links"),
        ("shop", "0011_paid_from"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Coupon",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=24, verbose_name="code")),
                (
                    "basis_points",
                    models.PositiveIntegerField(
                        help_text="Hundredths of a percent of the goods' price.",
                        null=True,
                        verbose_name="share",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(null=True, verbose_name="amount")),
                (
                    "minimum_minor",
                    models.BigIntegerField(default=0, verbose_name="from goods worth"),
                ),
                ("valid_from", models.DateTimeField(verbose_name="from")),
                ("valid_until", models.DateTimeField(verbose_name="until")),
                ("uses_max", models.PositiveIntegerField(null=True, verbose_name="times in all")),
                (
                    "per_person",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="times for one person"
                    ),
                ),
                ("budget_minor", models.BigIntegerField(null=True, verbose_name="budget")),
                ("use_count", models.PositiveIntegerField(default=0, verbose_name="used")),
                ("given_minor", models.BigIntegerField(default=0, verbose_name="given")),
                ("created_at", models.DateTimeField(verbose_name="set")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CouponUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("per_person", models.PositiveSmallIntegerField()),
                ("amount_minor", models.BigIntegerField(verbose_name="given")),
                ("used_at", models.DateTimeField(verbose_name="used")),
                ("returned_at", models.DateTimeField(null=True, verbose_name="given back")),
            ],
            options={
                "verbose_name": "use of a coupon",
                "verbose_name_plural": "uses of coupons",
            },
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="shop_order_total_adds_up",
        ),
        migrations.AddField(
            model_name="order",
            name="discount_minor",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="discount"),
        ),
        migrations.AddField(
            model_name="coupon",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="set by",
            ),
        ),
        migrations.AddField(
            model_name="coupon",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="coupons",
                to="shop.store",
                verbose_name="store",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="coupon",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="shop.coupon",
                verbose_name="coupon",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shipping_minor__gte", 0),
                    ("subtotal_minor__gt", 0),
                    (
                        "total_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("subtotal_minor"), "+", models.F("shipping_minor")
                            ),
                            "-",
                            models.F("discount_minor"),
                        ),
                    ),
                    ("total_minor__gt", 0),
                ),
                name="shop_order_total_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("coupon__isnull", True), ("discount_minor", 0)),
                    models.Q(
                        ("coupon__isnull", False),
                        ("discount_minor__gt", 0),
                        ("discount_minor__lte", models.F("subtotal_minor")),
                    ),
                    _connector="OR",
                ),
                name="shop_order_discount_has_coupon",
            ),
        ),
        migrations.AddField(
            model_name="couponuse",
            name="buyer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.profile"
            ),
        ),
        migrations.AddField(
            model_name="couponuse",
            name="coupon",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="shop.coupon"
            ),
        ),
        migrations.AddField(
            model_name="couponuse",
            name="order",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="coupon_use",
                to="shop.order",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("store", "code"),
                name="shop_coupon_code_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z0-9]{3,24}$")),
                name="shop_coupon_code_plain",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor__isnull", True),
                        ("basis_points__gte", 1),
                        ("basis_points__lte", 10000),
                    ),
                    models.Q(
                        ("amount_minor__gte", 1),
                        ("amount_minor__lte", 1000000000000),
                        ("basis_points__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="shop_coupon_share_or_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_minor__gte", 0),
                    ("per_person__gte", 1),
                    ("valid_until__gt", models.F("valid_from")),
                ),
                name="shop_coupon_terms",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("uses_max__isnull", True),
                    ("use_count__lte", models.F("uses_max")),
                    _connector="OR",
                ),
                name="shop_coupon_uses",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("given_minor__gte", 0),
                    models.Q(
                        ("budget_minor__isnull", True),
                        ("given_minor__lte", models.F("budget_minor")),
                        _connector="OR",
                    ),
                ),
                name="shop_coupon_budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="couponuse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("returned_at__isnull", True)),
                fields=("coupon", "buyer", "number"),
                name="shop_couponuse_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="couponuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gte", 1),
                    ("number__gte", 1),
                    ("number__lte", models.F("per_person")),
                ),
                name="shop_couponuse_within_limit",
            ),
        ),
        migrations.RunSQL(
            sql=(HERE / "0012_coupons.sql").read_text(),
            reverse_sql=(HERE / "0012_coupons_back.sql").read_text(),
        ),
    ]

"""Fee rules, the fee frozen on each order, and what an invoice has to name."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
        ("payments", "0005_lighter_rows"),
        ("shop", "0003_lighter_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FeeRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("site", "Whole site"),
                            ("category", "Category"),
                            ("store", "Store"),
                            ("product", "Product"),
                        ],
                        max_length=8,
                        verbose_name="for",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("books", "Books and paper"),
                            ("electronics", "Phones and electronics"),
                            ("fashion", "Clothes and bags"),
                            ("food", "Food and drink"),
                            ("home", "Home and garden"),
                            ("art", "Art and craft"),
                            ("sport", "Sport and outdoors"),
                            ("care", "Body and care"),
                            ("other", "Everything else"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="category",
                    ),
                ),
                (
                    "basis_points",
                    models.PositiveIntegerField(
                        help_text="Hundredths of a percent of an order's total.",
                        verbose_name="share",
                    ),
                ),
                (
                    "fixed_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="In minor units, for each order.",
                        verbose_name="fixed part",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Empty: orders in any currency. A fixed part has one.",
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                ("note", models.CharField(max_length=200, verbose_name="why")),
                ("valid_from", models.DateTimeField(verbose_name="valid from")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("created_at", models.DateTimeField(verbose_name="set")),
            ],
            options={
                "verbose_name": "fee rule",
                "verbose_name_plural": "fee rules",
                "ordering": ["-valid_from", "-id"],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="fee_basis_points",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="fee, share"),
        ),
        migrations.AddField(
            model_name="order",
            name="fee_fixed_minor",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="fee, fixed part"),
        ),
        migrations.AddField(
            model_name="order",
            name="fee_minor",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="fee"),
        ),
        migrations.AddField(
            model_name="orderline",
            name="vat_basis_points",
            field=models.PositiveIntegerField(null=True, verbose_name="VAT"),
        ),
        migrations.AddField(
            model_name="product",
            name="vat_basis_points",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="In hundredths of a percent: 1900 for 19 %. Empty: no VAT is stated.",
                null=True,
                verbose_name="VAT in the price",
            ),
        ),
        migrations.AddField(
            model_name="store",
            name="legal_address",
            field=models.CharField(
                blank=True, default="", max_length=300, verbose_name="address on invoices"
            ),
        ),
        migrations.AddField(
            model_name="store",
            name="legal_name",
            field=models.CharField(
                blank=True, default="", max_length=120, verbose_name="name on invoices"
            ),
        ),
        migrations.AddField(
            model_name="store",
            name="tax_id",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="tax id"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("vat_basis_points__isnull", True),
                    ("vat_basis_points__lt", 10000),
                    _connector="OR",
                ),
                name="shop_product_vat_in_range",
            ),
        ),
        migrations.AddField(
            model_name="feerule",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="set by",
            ),
        ),
        migrations.AddField(
            model_name="feerule",
            name="product",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fee_rules",
                to="shop.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="feerule",
            name="store",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fee_rules",
                to="shop.store",
                verbose_name="store",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="fee_rule",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="shop.feerule",
                verbose_name="fee rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_minor__gte", 0), ("fee_minor__lte", models.F("total_minor"))
                ),
                name="shop_order_fee_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="feerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("category", ""),
                        ("product__isnull", True),
                        ("scope", "site"),
                        ("store__isnull", True),
                    ),
                    models.Q(
                        (
                            "category__in",
                            [
                                "books",
                                "electronics",
                                "fashion",
                                "food",
                                "home",
                                "art",
                                "sport",
                                "care",
                                "other",
                            ],
                        ),
                        ("product__isnull", True),
                        ("scope", "category"),
                        ("store__isnull", True),
                    ),
                    models.Q(
                        ("category", ""),
                        ("product__isnull", True),
                        ("scope", "store"),
                        ("store__isnull", False),
                    ),
                    models.Q(
                        ("category", ""),
                        ("product__isnull", False),
                        ("scope", "product"),
                        ("store__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="shop_feerule_scope_has_its_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="feerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis_points__lte", 10000)), name="shop_feerule_at_most_all"
            ),
        ),
        migrations.AddConstraint(
            model_name="feerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fixed_minor", 0),
                    models.Q(
                        ("currency__regex", "^[A-Z]{3}$"),
                        ("fixed_minor__gt", 0),
                        ("fixed_minor__lte", 1000000000000),
                    ),
                    _connector="OR",
                ),
                name="shop_feerule_fixed_has_currency",
            ),
        ),
    ]

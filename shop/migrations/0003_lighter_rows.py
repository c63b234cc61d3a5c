"""Fewer indexes to write with each order: no LIKE is asked, and others begin with these."""

import django.db.models.deletion
from django.db import migrations, models

import shop.models.orders


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
        ("payments", "0005_lighter_rows"),
        ("shop", "0002_frozen_rows"),
    ]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="accounts.profile",
                verbose_name="buyer",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="number",
            field=models.CharField(
                default=shop.models.orders.new_number, max_length=14, verbose_name="number"
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="store",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="shop.store",
                verbose_name="store",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("number",), name="shop_order_number_once"),
        ),
    ]

"""Fewer indexes and constraints to write with each claim: those that others imply are gone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
        ("feed", "0001_initial"),
        ("flashsale", "0005_who_was_told"),
        ("shop", "0002_frozen_rows"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="claim",
            name="claim_by_person",
        ),
        migrations.AlterField(
            model_name="claim",
            name="lot",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="flashsale.lot",
            ),
        ),
        migrations.AlterField(
            model_name="claim",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="accounts.profile",
            ),
        ),
        migrations.AlterField(
            model_name="claim",
            name="sale",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="flashsale.sale",
            ),
        ),
        migrations.AlterField(
            model_name="claim",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="flashsale.unit",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="lot",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="flashsale.lot",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="sale",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="flashsale.sale",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["person", "sale"], name="claim_by_person"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("address_digest", ""), _negated=True),
                fields=["sale", "address_digest"],
                name="reservation_by_address",
            ),
        ),
    ]

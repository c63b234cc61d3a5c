"""Fewer indexes to write with each payment: no LIKE is asked, and two began alike."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
        ("payments", "0004_the_card_of_an_attempt"),
    ]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="payer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments_made",
                to="accounts.profile",
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="reference",
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name="payment",
            name="stripe_id",
            field=models.CharField(max_length=80, null=True),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["reference"], name="payments_payment_reference"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("stripe_id",), name="payments_payment_stripe_id"
            ),
        ),
    ]

"""One key ties a claim to its reservation, and with it to person, sale and lot."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extras"),
        ("flashsale", "0010_workers_are_heard_of"),
    ]

    operations = [
        migrations.RunSQL(
            sql=(HERE / "0011_claims_of_reservations.sql").read_text(),
            reverse_sql=(HERE / "0011_claims_of_reservations_back.sql").read_text(),
        ),
        migrations.AlterField(
            model_name="claim",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="accounts.profile",
            ),
        ),
        migrations.AlterField(
            model_name="claim",
            name="reservation",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="flashsale.reservation",
            ),
        ),
        migrations.AlterField(
            model_name="reservation",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="accounts.profile",
            ),
        ),
    ]

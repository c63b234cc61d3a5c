"""Rules and the fees of orders never change; the column they came from goes."""

from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("shop", "0005_fees_become_rules")]

    operations = [
        migrations.RunSQL(
            sql=(HERE / "0006_fees_are_kept.sql").read_text(),
            reverse_sql=(HERE / "0006_fees_are_kept_back.sql").read_text(),
        ),
        migrations.RemoveConstraint(model_name="store", name="shop_store_fee_at_most_all"),
        # So that the way back has something to fill the column with.
        migrations.AlterField(
            model_name="store",
            name="fee_basis_points",
            field=models.PositiveIntegerField(default=300),
        ),
        migrations.RemoveField(model_name="store", name="fee_basis_points"),
    ]

"""Rows that never change: stock movements, and what the buyer of an order saw."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=(HERE / "0002_frozen_rows.sql").read_text(),
            reverse_sql=(HERE / "0002_frozen_rows_back.sql").read_text(),
        ),
    ]

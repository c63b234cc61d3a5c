"""A claim's unit belongs to the claim's own lot and sale: the database keeps that promise."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("flashsale", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=(HERE / "0002_promises.sql").read_text(),
            reverse_sql=(HERE / "0002_promises_back.sql").read_text(),
        ),
    ]

"""The keys of orders and lines are checked by the statement that writes them."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("shop", "0006_fees_are_kept")]

    operations = [
        migrations.RunSQL(
            sql=(HERE / "0007_checked_at_once.sql").read_text(),
            reverse_sql=(HERE / "0007_checked_at_once_back.sql").read_text(),
        ),
    ]

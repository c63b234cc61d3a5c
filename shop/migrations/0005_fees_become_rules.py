"""A store's own fee becomes a rule; orders that are there keep the fee they were placed under."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

RULES = """
    INSERT INTO shop_feerule
        (scope, category, store_id, basis_points, fixed_minor, currency, note, valid_from, created_at)
    SELECT 'store', '', id, fee_basis_points, 0, '', 'As it was agreed before.', created_at, now()
    FROM shop_store WHERE fee_basis_points <> %s
"""
ORDERS = """
    UPDATE shop_order ordered SET fee_rule_id = rule.id, fee_basis_points = store.fee_basis_points,
        fee_minor = (ordered.total_minor * store.fee_basis_points + 5000) / 10000
    FROM shop_store store LEFT JOIN shop_feerule rule ON rule.store_id = store.id
    WHERE store.id = ordered.store_id
"""
STORES = """
    UPDATE shop_store SET fee_basis_points = rule.basis_points
    FROM shop_feerule rule WHERE rule.store_id = shop_store.id AND rule.ended_at IS NULL
"""


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(RULES, [settings.STORE_FEE_BASIS_POINTS])
    schema_editor.execute(ORDERS)


def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(STORES)


class Migration(migrations.Migration):
    dependencies = [("shop", "0004_fee_rules")]

    operations = [migrations.RunPython(forwards, backwards)]

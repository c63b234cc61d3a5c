-- Django's keys are checked at the end of the transaction. Those of an order and its lines are
-- checked where the rows are written: a sale writes them before it locks what others wait for,
-- and the check belongs there too. The payment of an order may still be written after it.
DO $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT conrelid::regclass AS owner, conname FROM pg_constraint
        WHERE contype = 'f' AND (conrelid, confrelid) IN (
            ('shop_order'::regclass, 'accounts_profile'::regclass),
            ('shop_order'::regclass, 'shop_store'::regclass),
            ('shop_order'::regclass, 'shop_feerule'::regclass),
            ('shop_orderline'::regclass, 'shop_order'::regclass),
            ('shop_orderline'::regclass, 'shop_variant'::regclass)
        )
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY IMMEDIATE',
                       key.owner, key.conname);
    END LOOP;
END $$;

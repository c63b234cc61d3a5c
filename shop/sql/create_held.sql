-- Orders and their lines from one batch of a sale, in one statement (a CTE writes both).
-- `shown` is what the buyer saw: the product as it stands now, at the sale's price. It is put
-- together once for all who buy the same, not once for each.
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::bigint[], %(numbers)s::text[], %(buyers)s::bigint[], %(stores)s::bigint[],
        %(variants)s::bigint[], %(quantities)s::int[], %(prices)s::bigint[],
        %(shippings)s::bigint[], %(currencies)s::text[], %(addresses)s::text[],
        %(references)s::text[], %(pay_bys)s::timestamptz[], %(payments)s::bigint[],
        %(fee_rules)s::bigint[], %(fee_shares)s::int[], %(fee_fixed)s::bigint[], %(fees)s::bigint[]
    ) AS row (id, number, buyer_id, store_id, variant_id, quantity, price_minor, shipping_minor,
              currency, address, reference, pay_by, payment_id, fee_rule_id, fee_basis_points,
              fee_fixed_minor, fee_minor)
), offer AS MATERIALIZED (
    SELECT kind.*, product.title, product.vat_basis_points, variant.name AS variant_name, store.ship_within_days,
           jsonb_build_object(
               'title', product.title, 'variant', variant.name,
               'description', product.description,
               'unit_price_minor', kind.price_minor, 'quantity', kind.quantity,
               'subtotal_minor', kind.price_minor * kind.quantity,
               'shipping_minor', kind.shipping_minor,
               'total_minor', kind.price_minor * kind.quantity + kind.shipping_minor,
               'currency', kind.currency,
               'store', jsonb_build_object('handle', profile.handle, 'name', profile.name,
                   'legal_name', store.legal_name, 'legal_address', store.legal_address,
                   'tax_id', store.tax_id),
               'ship_within_days', store.ship_within_days, 'picture_url', '') AS shown
    FROM (
        SELECT DISTINCT store_id, variant_id, quantity, price_minor, shipping_minor, currency
        FROM wanted
    ) AS kind
    JOIN shop_variant variant ON variant.id = kind.variant_id
    JOIN shop_product product ON product.id = variant.product_id
    JOIN shop_store store ON store.id = kind.store_id AND store.id = product.store_id
    JOIN accounts_profile profile ON profile.id = store.profile_id
), made AS (
    INSERT INTO shop_order (
        id, number, buyer_id, store_id, state, subtotal_minor, shipping_minor, total_minor,
        currency, address, shown, origin, origin_reference, key, request_hash, carrier,
        tracking_number, cancel_reason, created_at, pay_by, payment_id, fee_rule_id,
        fee_basis_points, fee_fixed_minor, fee_minor, paid_at, ship_by
    )
    SELECT id, number, buyer_id, store_id,
           CASE WHEN payment_id IS NULL THEN 'awaiting_payment' ELSE 'paid' END,
           price_minor * quantity, shipping_minor, price_minor * quantity + shipping_minor,
           currency, address::jsonb, shown, 'sale', reference, '', '', '', '', '', %(now)s, pay_by,
           payment_id, fee_rule_id, fee_basis_points, fee_fixed_minor, fee_minor,
           CASE WHEN payment_id IS NOT NULL THEN %(now)s END,
           CASE WHEN payment_id IS NOT NULL
                THEN %(now)s + make_interval(days => ship_within_days) END
    FROM wanted
    JOIN offer USING (store_id, variant_id, quantity, price_minor, shipping_minor, currency)
), lines AS (
    INSERT INTO shop_orderline (
        order_id, variant_id, title, variant_name, unit_price_minor, quantity, vat_basis_points
    )
    SELECT wanted.id, variant_id, title, variant_name, price_minor, quantity, vat_basis_points
    FROM wanted
    JOIN offer USING (store_id, variant_id, quantity, price_minor, shipping_minor, currency)
    RETURNING id
)
SELECT count(*) FROM lines

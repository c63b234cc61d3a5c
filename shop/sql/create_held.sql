-- Orders and their lines from one batch of a sale, in one statement (a CTE writes both).
-- `shown` is what the buyer saw: the product as it stands now, at the sale's price.
WITH wanted AS (
    SELECT row.*, product.title, product.description, variant.name AS variant_name,
           profile.handle, profile.name AS store_name, store.ship_within_days
    FROM unnest(
        %(numbers)s::text[], %(buyers)s::bigint[], %(stores)s::bigint[], %(variants)s::bigint[],
        %(quantities)s::int[], %(prices)s::bigint[], %(shippings)s::bigint[],
        %(currencies)s::text[], %(addresses)s::text[], %(references)s::text[],
        %(pay_bys)s::timestamptz[]
    ) AS row (number, buyer_id, store_id, variant_id, quantity, price_minor, shipping_minor,
              currency, address, reference, pay_by)
    JOIN shop_variant variant ON variant.id = row.variant_id
    JOIN shop_product product ON product.id = variant.product_id
    JOIN shop_store store ON store.id = row.store_id AND store.id = product.store_id
    JOIN accounts_profile profile ON profile.id = store.profile_id
), made AS (
    INSERT INTO shop_order (
        number, buyer_id, store_id, state, subtotal_minor, shipping_minor, total_minor, currency,
        address, shown, origin, origin_reference, key, request_hash, carrier, tracking_number,
        cancel_reason, created_at, pay_by
    )
    SELECT number, buyer_id, store_id, 'awaiting_payment', price_minor * quantity, shipping_minor,
           price_minor * quantity + shipping_minor, currency, address::jsonb,
           jsonb_build_object(
               'title', title, 'variant', variant_name, 'description', description,
               'unit_price_minor', price_minor, 'quantity', quantity,
               'subtotal_minor', price_minor * quantity, 'shipping_minor', shipping_minor,
               'total_minor', price_minor * quantity + shipping_minor, 'currency', currency,
               'store', jsonb_build_object('handle', handle, 'name', store_name),
               'ship_within_days', ship_within_days, 'picture_url', ''),
           'sale', reference, '', '', '', '', '', %(now)s, pay_by
    FROM wanted
    RETURNING id, number
), lines AS (
    INSERT INTO shop_orderline (
        order_id, variant_id, title, variant_name, unit_price_minor, quantity
    )
    SELECT made.id, wanted.variant_id, wanted.title, wanted.variant_name, wanted.price_minor,
           wanted.quantity
    FROM made JOIN wanted USING (number)
)
SELECT id, number FROM made

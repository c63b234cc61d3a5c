-- One order of one line by each of the crowd who has none; it ran out of time to pay long ago.
WITH placed AS (
    INSERT INTO shop_order (
        number, buyer_id, store_id, state, subtotal_minor, shipping_minor, total_minor, currency,
        address, shown, origin, origin_reference, key, request_hash, carrier, tracking_number,
        cancel_reason, created_at, pay_by, cancelled_at
    )
    SELECT 'B' || id, id, %(store)s, 'expired', 1000, 0, 1000, %(currency)s, '{}', '{}',
           'checkout', '', '', '', '', '', '', %(now)s, %(now)s, %(now)s
    FROM accounts_profile profile
    WHERE handle LIKE 'v\_%%'
      AND NOT EXISTS (SELECT FROM shop_order WHERE buyer_id = profile.id)
    RETURNING id
)
INSERT INTO shop_orderline (
    order_id, variant_id, title, variant_name, unit_price_minor, quantity
)
SELECT id, %(variant)s, 'Lamp', 'Grey', 1000, 1 FROM placed

-- The reservations of one batch. Who withdrew and comes again has a row, which stands again under
-- its old number. The address is kept as accounts.services.addresses.snapshot would keep it.
--
-- The digest names a place, not a person, and is the same however the place is written: without
-- regard to case, spaces, punctuation and compatibility forms, and wherever the flat stands.
INSERT INTO flashsale_reservation (
    sale_id, lot_id, person_id, number, address, address_digest, weight, pay_from_wallet, post_id,
    received_at, created_at, withdrawn_at
)
SELECT %(sale)s, entry.lot_id, entry.person_id, entry.number,
       jsonb_build_object(
           'full_name', full_name, 'line1', line1, 'line2', line2, 'city', city,
           'region', region, 'postal_code', postal_code, 'country', country, 'phone', phone,
           'country_name', coalesce(%(countries)s::jsonb ->> country, country)),
       CASE WHEN %(has_limit)s THEN md5(regexp_replace(
           lower(normalize(concat_ws('|', line1 || line2, postal_code, city, country), NFKC)),
           '[[:space:][:punct:]]+', '', 'g')) ELSE '' END,
       1, entry.wallet, entry.post_id,
       timestamptz 'epoch' + entry.received_us * interval '1 microsecond', %(now)s, NULL
FROM unnest(
    %(lots)s::bigint[], %(people)s::bigint[], %(numbers)s::int[], %(addresses)s::bigint[],
    %(wallets)s::boolean[], %(posts)s::bigint[], %(received)s::bigint[]
) AS entry (lot_id, person_id, number, address_id, wallet, post_id, received_us)
JOIN accounts_address address ON address.id = entry.address_id
ON CONFLICT (sale_id, person_id) DO UPDATE SET
    lot_id = EXCLUDED.lot_id, address = EXCLUDED.address,
    address_digest = EXCLUDED.address_digest, pay_from_wallet = EXCLUDED.pay_from_wallet,
    post_id = coalesce(EXCLUDED.post_id, flashsale_reservation.post_id),
    received_at = EXCLUDED.received_at, created_at = EXCLUDED.created_at, withdrawn_at = NULL

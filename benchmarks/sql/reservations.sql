-- The first people of the crowd have reserved, in the order of their profiles; `number` is their
-- place in it. What the intake would have written for them, in one statement.
INSERT INTO flashsale_reservation (
    sale_id, lot_id, person_id, number, address, address_digest, weight, pay_from_wallet,
    received_at, created_at
)
SELECT %(sale)s, %(lot)s, profile_id, row_number() OVER (ORDER BY profile_id),
       jsonb_build_object(
           'full_name', full_name, 'line1', line1, 'line2', line2, 'city', city,
           'region', region, 'postal_code', postal_code, 'country', country, 'phone', phone,
           'country_name', 'Netherlands'),
       '', 1, %(pays)s, %(now)s, %(now)s
FROM (
    SELECT address.* FROM accounts_address address
    JOIN accounts_profile profile ON profile.id = address.profile_id
    WHERE profile.handle LIKE 'v\_%%'
    ORDER BY profile.id LIMIT %(people)s
) AS crowd

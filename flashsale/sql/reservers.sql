-- Everything that a batch of claims asks about its people, as plain values in one statement.
SELECT reservation.id, reservation.number, reservation.person_id, reservation.lot_id,
       reservation.address::text, reservation.address_digest, reservation.pay_from_wallet,
       CASE WHEN reservation.withdrawn_at IS NOT NULL THEN 'withdrawn'
            WHEN person.is_active IS NOT TRUE THEN 'inactive'
            WHEN person.frozen_at IS NOT NULL THEN 'frozen'
            ELSE '' END
FROM flashsale_reservation reservation
JOIN accounts_profile profile ON profile.id = reservation.person_id
LEFT JOIN accounts_user person ON person.id = profile.user_id
WHERE reservation.sale_id = %(sale)s AND reservation.number = ANY(%(numbers)s::bigint[])

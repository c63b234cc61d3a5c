-- What a batch of reservations asks about its people: one row each, in their order.
SELECT coalesce(person.is_active AND person.frozen_at IS NULL, false),
       address.id IS NOT NULL,
       reservation.number,
       reservation.withdrawn_at IS NULL,
       (extract(epoch FROM reservation.received_at) * 1000000)::bigint
FROM unnest(%(people)s::bigint[], %(addresses)s::bigint[]) WITH ORDINALITY
     AS wanted (person_id, address_id, place)
LEFT JOIN accounts_profile profile ON profile.id = wanted.person_id
LEFT JOIN accounts_user person ON person.id = profile.user_id
LEFT JOIN accounts_address address
    ON address.id = wanted.address_id AND address.profile_id = wanted.person_id
    AND address.deleted_at IS NULL
LEFT JOIN flashsale_reservation reservation
    ON reservation.sale_id = %(sale)s AND reservation.person_id = wanted.person_id
ORDER BY wanted.place

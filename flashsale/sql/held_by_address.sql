-- Units of a sale that go to these addresses, however each of them was written.
SELECT reservation.address_digest, count(*)
FROM flashsale_reservation reservation
JOIN flashsale_claim claim ON claim.reservation_id = reservation.id
WHERE reservation.sale_id = %(sale)s
  AND reservation.address_digest = ANY(%(digests)s::text[])
  AND reservation.address_digest <> ''  -- what the index is about
  AND claim.state = ANY(%(live)s::text[])
GROUP BY reservation.address_digest

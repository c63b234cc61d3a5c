-- Units of a sale that go to these addresses, however each of them was written.
SELECT reservation.address_digest, count(*)
FROM flashsale_reservation reservation
JOIN flashsale_claim claim ON claim.reservation_id = reservation.id
WHERE reservation.sale_id = %(sale)s
  AND reservation.address_digest = ANY(%(digests)s::text[])
  AND claim.state = ANY(%(live)s)
GROUP BY reservation.address_digest

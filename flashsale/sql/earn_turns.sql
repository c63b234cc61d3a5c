-- Whoever took part and got nothing has a turn at the store of their lot. In a draw taking part is
-- having reserved; in a first-come sale it is having come: a claim without stock, or the bit of
-- the attendance (its bit n - 1, counted from the highest of the first byte).
INSERT INTO flashsale_turn (store_id, person_id, sale_id, earned_at)
SELECT store.profile_id, reservation.person_id, reservation.sale_id, %(now)s
FROM flashsale_reservation reservation
JOIN flashsale_lot lot ON lot.id = reservation.lot_id
JOIN shop_variant variant ON variant.id = lot.variant_id
JOIN shop_product product ON product.id = variant.product_id
JOIN shop_store store ON store.id = product.store_id
LEFT JOIN flashsale_attendance attendance ON attendance.sale_id = reservation.sale_id
WHERE reservation.sale_id = %(sale)s AND reservation.withdrawn_at IS NULL
  AND NOT EXISTS (
      SELECT FROM flashsale_claim claim
      WHERE claim.sale_id = reservation.sale_id AND claim.person_id = reservation.person_id
        AND claim.state <> 'no_stock'
  )
  AND (
      %(draw)s
      OR EXISTS (
          SELECT FROM flashsale_claim claim
          WHERE claim.sale_id = reservation.sale_id AND claim.person_id = reservation.person_id
      )
      OR coalesce(
          CASE WHEN octet_length(attendance.bits) * 8 >= reservation.number
               THEN get_bit(attendance.bits,
                            (reservation.number - 1) / 8 * 8 + 7 - (reservation.number - 1) %% 8)
          END, 0) = 1
  )
ON CONFLICT DO NOTHING

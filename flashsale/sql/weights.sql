-- The reservations of a sale that weigh more than 1: by a pass, and by turns at their lot's store.
-- Once it is sealed, by those that weigh in it; before, by those that would: not faded, not spent,
-- and weighing in no other draw that runs.
SELECT reservation.id, reservation.lot_id,
       1 + CASE WHEN pass.id IS NULL THEN 0 ELSE %(pass_weight)s END
         + least(coalesce(turns.count, 0), %(turn_cap)s) AS weight
FROM flashsale_reservation reservation
LEFT JOIN flashsale_pass pass
    ON pass.sale_id = reservation.sale_id AND pass.person_id = reservation.person_id
LEFT JOIN (
    SELECT entered.id, count(*) AS count
    FROM flashsale_reservation entered
    JOIN flashsale_lot lot ON lot.id = entered.lot_id
    JOIN shop_variant variant ON variant.id = lot.variant_id
    JOIN shop_product product ON product.id = variant.product_id
    JOIN shop_store store ON store.id = product.store_id
    JOIN flashsale_turn turn
        ON turn.store_id = store.profile_id AND turn.person_id = entered.person_id
    WHERE entered.sale_id = %(sale)s
      AND (%(person)s::bigint IS NULL OR entered.person_id = %(person)s)
      AND CASE WHEN %(sealed)s THEN turn.weighs_in_id = %(sale)s
          ELSE turn.spent_in_id IS NULL AND turn.earned_at > %(since)s AND NOT EXISTS (
              SELECT FROM flashsale_sale other
              WHERE other.id = turn.weighs_in_id AND other.id <> %(sale)s
                AND other.state IN ('approved', 'paused'))
          END
    GROUP BY entered.id
) turns ON turns.id = reservation.id
WHERE reservation.sale_id = %(sale)s AND reservation.withdrawn_at IS NULL
  AND (%(person)s::bigint IS NULL OR reservation.person_id = %(person)s)
  AND (pass.id IS NOT NULL OR turns.id IS NOT NULL)

-- The turns that weigh in this draw: of everybody who entered the oldest at the store of their lot,
-- up to the cap, that have not faded, were not spent and weigh in no other draw that runs. They are
-- locked in one order, and looked at again where another sealing had to be waited for.
WITH free AS (
    SELECT turn.id, turn.earned_at, reservation.id AS reservation_id
    FROM flashsale_reservation reservation
    JOIN flashsale_lot lot ON lot.id = reservation.lot_id
    JOIN shop_variant variant ON variant.id = lot.variant_id
    JOIN shop_product product ON product.id = variant.product_id
    JOIN shop_store store ON store.id = product.store_id
    JOIN flashsale_turn turn
        ON turn.store_id = store.profile_id AND turn.person_id = reservation.person_id
    WHERE reservation.sale_id = %(sale)s AND reservation.withdrawn_at IS NULL
      AND turn.spent_in_id IS NULL AND turn.earned_at > %(since)s
      AND coalesce(turn.weighs_in_id, 0) <> ALL(%(elsewhere)s::bigint[])
    ORDER BY turn.id
    {lock}
), ranked AS (
    SELECT id, row_number() OVER (PARTITION BY reservation_id ORDER BY earned_at, id) AS place
    FROM free
)
UPDATE flashsale_turn turn SET weighs_in_id = %(sale)s
FROM ranked WHERE turn.id = ranked.id AND ranked.place <= %(turn_cap)s

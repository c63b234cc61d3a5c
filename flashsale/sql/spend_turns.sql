-- The turns that weighed for those who won a unit in this draw are spent; the turn that a winner of
-- a later wave had earned by losing it is none.
WITH won AS (
    SELECT DISTINCT claim.person_id, store.profile_id AS store_id
    FROM flashsale_claim claim
    JOIN flashsale_lot lot ON lot.id = claim.lot_id
    JOIN shop_variant variant ON variant.id = lot.variant_id
    JOIN shop_product product ON product.id = variant.product_id
    JOIN shop_store store ON store.id = product.store_id
    WHERE claim.sale_id = %(sale)s AND claim.unit_id IS NOT NULL
), lost_no_more AS (
    DELETE FROM flashsale_turn turn USING won
    WHERE turn.sale_id = %(sale)s AND turn.person_id = won.person_id
      AND turn.store_id = won.store_id
)
UPDATE flashsale_turn turn SET spent_in_id = %(sale)s
FROM won
WHERE turn.weighs_in_id = %(sale)s AND turn.spent_in_id IS NULL
  AND turn.person_id = won.person_id AND turn.store_id = won.store_id

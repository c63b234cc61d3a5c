-- Compare-and-set for a whole batch; the caller counts the rows.
UPDATE shop_order AS target
SET state = 'paid', payment_id = paid.payment_id, paid_at = %(now)s,
    ship_by = %(now)s + make_interval(days => store.ship_within_days)
FROM unnest(%(orders)s::bigint[], %(payments)s::bigint[]) AS paid (order_id, payment_id),
     shop_store AS store
WHERE target.id = paid.order_id
  AND store.id = target.store_id
  AND target.state = 'awaiting_payment'

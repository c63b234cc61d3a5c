-- The claims of one batch in one statement: several times quicker than a row's worth of
-- parameters each, because the drain's speed is the length of everybody's wait.
INSERT INTO flashsale_claim (
    sale_id, lot_id, person_id, reservation_id, slot, wave, state, unit_id, order_id, ticket,
    reason, gate_epoch, gate_entry, claimed_at, created_at, held_until, paid_at, log_number,
    log_hash
)
SELECT %(sale)s, lot_id, person_id, reservation_id, slot, wave, state, unit_id, order_id, ticket,
       reason, epoch, entry,
       timestamptz 'epoch' + claimed_us * interval '1 microsecond', %(now)s,
       CASE WHEN unit_id IS NOT NULL THEN %(until)s END,
       CASE WHEN state = 'paid' THEN %(now)s END,
       %(length)s + place, log_hash
FROM unnest(
    %(lots)s::bigint[], %(people)s::bigint[], %(reservations)s::bigint[], %(slots)s::int[],
    %(waves)s::int[], %(states)s::text[], %(units)s::bigint[], %(orders)s::bigint[],
    %(tickets)s::text[], %(reasons)s::text[], %(epochs)s::int[], %(entries)s::text[],
    %(claimed)s::bigint[], %(hashes)s::text[]
) WITH ORDINALITY
AS claim (lot_id, person_id, reservation_id, slot, wave, state, unit_id, order_id, ticket, reason,
          epoch, entry, claimed_us, log_hash, place)

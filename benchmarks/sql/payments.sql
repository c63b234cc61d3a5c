-- The payments to what the ledger alone has moved into escrows: the proof compares both. Of the
-- movements whose keys begin with `prefix`, each becomes one that was paid from a wallet.
INSERT INTO payments_payment (
    payer_id, payee_id, purpose, amount_minor, currency, method, payment_method_id, reference, key,
    request_hash, state, captured_minor, refunded_minor, released_minor, fee_minor, attempt,
    answered_attempt, decline_code, next_action_url, return_url, flag, created_at, settled_at
)
SELECT split_part(payer.owner, ':', 2)::bigint, split_part(payee.owner, ':', 2)::bigint,
       'purchase', moved.amount_minor, moved.currency, 'wallet', '', booked.key, booked.key,
       '', 'succeeded', moved.amount_minor, 0, 0, 0, 0,
       0, '', '', '', '', booked.created_at, booked.created_at
FROM payments_ledgertransaction booked
JOIN payments_transfer moved ON moved.transaction_id = booked.id
JOIN payments_account payer ON payer.id = moved.from_account_id
JOIN payments_account payee ON payee.id = moved.to_account_id AND payee.kind = 'escrow'
WHERE booked.scope = %(scope)s AND starts_with(booked.key, %(prefix)s)

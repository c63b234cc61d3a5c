-- Money for the last of every so many (`one_in`) of the crowd, `people` of them, who have no wallet
-- yet, by the ledger's rules: an account each,
-- a sealed transaction each under its key with the hash of its body, one transfer from the site's
-- equity, and what equity gave as one accrual. manage.py ledger_verify proves it like any other.
WITH opened AS (
    INSERT INTO payments_account (
        owner, kind, currency, posted_minor, held_minor, floor_minor, accrues, created_at
    )
    SELECT 'profile:' || id, 'wallet', %(currency)s, %(amount)s, 0, 0, false, %(now)s
    FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_profile profile
        WHERE handle LIKE 'v\_%%'
    ) AS crowd
    WHERE place %% %(one_in)s = 0 AND place <= %(people)s::bigint * %(one_in)s AND NOT EXISTS (
        SELECT FROM payments_account
        WHERE owner = 'profile:' || crowd.id AND kind = 'wallet' AND currency = %(currency)s
    )
    RETURNING id, owner
), booked AS (
    INSERT INTO payments_ledgertransaction (
        kind, scope, key, request_hash, memo, leg_count, created_at
    )
    SELECT 'grant', 'grant', 'bench:' || owner,
           encode(sha256(convert_to(
               '["grant", null, [[' || %(equity)s || ', ' || id || ', ' || %(amount)s || ']]]',
               'UTF8')), 'hex'),
           '', 1, %(now)s
    FROM opened
    RETURNING id, key
), moved AS (
    INSERT INTO payments_transfer (
        transaction_id, from_account_id, to_account_id, amount_minor, currency
    )
    SELECT booked.id, %(equity)s, opened.id, %(amount)s, %(currency)s
    FROM opened JOIN booked ON booked.key = 'bench:' || opened.owner
    RETURNING amount_minor
)
INSERT INTO payments_accrual (account_id, amount_minor)
SELECT %(equity)s, -sum(amount_minor) FROM moved HAVING count(*) > 0

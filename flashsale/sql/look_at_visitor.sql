-- Everything that the page of a sale asks about whoever is signed in, in one look: $1 is the user,
-- $2 the sale. No row for somebody who may not log in; addresses and the wish for a reminder only
-- of somebody who has not reserved.
SELECT account.password,
       person.id,
       CASE WHEN reservation.id IS NOT NULL THEN json_build_object(
           'number', reservation.number, 'lot_id', reservation.lot_id,
           'pay_from_wallet', reservation.pay_from_wallet, 'address', reservation.address
       )::text END,
       EXISTS (
           SELECT FROM flashsale_claim claim
           WHERE claim.sale_id = $2 AND claim.person_id = person.id
       ),
       CASE WHEN reservation.id IS NULL THEN (
           SELECT json_agg(
               json_build_object(
                   'id', id, 'full_name', full_name, 'line1', line1, 'city', city
               ) ORDER BY is_default DESC, id DESC
           )::text
           FROM accounts_address
           WHERE profile_id = person.id AND deleted_at IS NULL
       ) END,
       reservation.id IS NULL AND EXISTS (
           SELECT FROM flashsale_reminder reminder
           WHERE reminder.sale_id = $2 AND reminder.person_id = person.id
       ),
       EXISTS (
           SELECT FROM accounts_notification news
           WHERE news.recipient_id = person.id AND news.read_at IS NULL
       )
FROM accounts_user account
JOIN accounts_profile person ON person.user_id = account.id
LEFT JOIN flashsale_reservation reservation
    ON reservation.sale_id = $2 AND reservation.person_id = person.id
    AND reservation.withdrawn_at IS NULL
WHERE account.id = $1 AND account.is_active

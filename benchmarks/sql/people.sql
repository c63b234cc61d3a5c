-- People who can take part in a sale, each with a profile and a default address: one statement
-- for a million of them. Handles are v_<user id>, so that the crowd is found again.
WITH person AS (
    INSERT INTO accounts_user (email, password, is_active, is_operator, created_at)
    SELECT 'v' || number || '@crowd.plaza.example', '!', true, false, %(now)s
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
    RETURNING id
), profile AS (
    INSERT INTO accounts_profile (
        kind, user_id, handle, name, bio, avatar, follower_count, following_count, post_count,
        created_at
    )
    SELECT 'person', id, 'v_' || id, 'Visitor ' || id, '', '', 0, 0, 0, %(now)s
    FROM person
    RETURNING id, name
)
INSERT INTO accounts_address (
    profile_id, full_name, line1, line2, city, region, postal_code, country, phone, is_default,
    created_at
)
SELECT id, name, id || ' Crowd Street', '', 'Rotterdam', '', '3011 AD', 'NL', '', true, %(now)s
FROM profile

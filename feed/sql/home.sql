-- At most `size` entries of a person's home timeline, newest first, before one place and after one
-- moment. An entry is a post or repost of somebody they follow, or their own; of the grouped posts
-- of one card it is the newest, which stands for all of those that there were at `as_of`.
--
-- What the page shows is checked again by PostQuerySet.visible_to; here the same rules find it.
-- The cost follows how many one follows, one short look into an index for each, and not how many
-- posts there are: a page's entries are of the `size` authors whose newest entry is the newest.
-- OFFSET 0 keeps the planner to it, which would rather read every profile or every grouped post.
WITH apart AS MATERIALIZED (
    SELECT blocked_id AS id FROM accounts_block WHERE blocker_id = %(viewer)s
    UNION ALL SELECT blocker_id FROM accounts_block WHERE blocked_id = %(viewer)s
),
people AS MATERIALIZED (
    SELECT follow.followed_id AS id
    FROM accounts_follow follow CROSS JOIN LATERAL (
        SELECT FROM accounts_profile profile
        LEFT JOIN accounts_user person ON person.id = profile.user_id
        WHERE profile.id = follow.followed_id AND person.is_active IS NOT FALSE
        OFFSET 0
    ) AS here
    WHERE follow.follower_id = %(viewer)s AND follow.followed_id NOT IN (SELECT id FROM apart)
),
authors AS (
    SELECT id FROM people UNION ALL SELECT %(viewer)s WHERE %(with_own)s
),
alone AS NOT MATERIALIZED (
    SELECT post.id, post.author_id, post.created_at
    FROM feed_post post
    WHERE post.deleted_at IS NULL AND post.hidden_at IS NULL AND post.kind <> 'reply'
      AND NOT post.is_grouped
      AND (post.created_at, post.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
      AND post.created_at > %(after)s::timestamptz
      AND (post.repost_of_id IS NULL OR EXISTS (
          SELECT FROM feed_post original
          JOIN accounts_profile writer ON writer.id = original.author_id
          LEFT JOIN accounts_user person ON person.id = writer.user_id
          WHERE original.id = post.repost_of_id
            AND original.deleted_at IS NULL AND original.hidden_at IS NULL
            AND person.is_active IS NOT FALSE AND writer.id NOT IN (SELECT id FROM apart)))
),
grouped AS NOT MATERIALIZED (
    SELECT post.id, post.author_id, post.created_at, post.card_type, post.card_id
    FROM feed_post post
    WHERE post.deleted_at IS NULL AND post.hidden_at IS NULL AND post.is_grouped
      AND post.created_at <= %(as_of)s::timestamptz
),
latest AS MATERIALIZED (
    SELECT authors.id
    FROM authors CROSS JOIN LATERAL (
        SELECT alone.created_at, alone.id FROM alone WHERE alone.author_id = authors.id
        ORDER BY alone.created_at DESC, alone.id DESC LIMIT 1
    ) AS newest
    ORDER BY newest.created_at DESC, newest.id DESC LIMIT %(size)s
),
singles AS MATERIALIZED (
    SELECT entry.id, entry.created_at
    FROM latest CROSS JOIN LATERAL (
        SELECT alone.id, alone.created_at FROM alone WHERE alone.author_id = latest.id
        ORDER BY alone.created_at DESC, alone.id DESC LIMIT %(size)s
    ) AS entry
    UNION ALL (  -- one's own posts stand alone, whoever else has posted the same card
        SELECT own.id, own.created_at FROM grouped own
        WHERE own.author_id = %(viewer)s AND %(with_own)s
          AND (own.created_at, own.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
          AND own.created_at > %(after)s::timestamptz
        ORDER BY own.created_at DESC, own.id DESC LIMIT %(size)s
    )
    ORDER BY created_at DESC, id DESC LIMIT %(size)s
),
newest AS MATERIALIZED (  -- of each card, as far back as the page reaches
    SELECT DISTINCT ON (post.card_type, post.card_id)
           post.id, post.created_at, post.card_type, post.card_id
    FROM people CROSS JOIN LATERAL (
        SELECT * FROM grouped
        WHERE grouped.author_id = people.id AND grouped.created_at > %(after)s::timestamptz
          AND grouped.created_at >= coalesce(
              (SELECT min(created_at) FROM singles HAVING count(*) = %(size)s), '-infinity')
        OFFSET 0
    ) AS post
    ORDER BY post.card_type, post.card_id, post.created_at DESC, post.id DESC
),
page AS MATERIALIZED (
    SELECT id, created_at, NULL AS card_type, NULL::bigint AS card_id FROM singles
    UNION ALL
    SELECT id, created_at, card_type, card_id FROM newest  -- or it stood on an earlier page
    WHERE (created_at, id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
    ORDER BY created_at DESC, id DESC LIMIT %(size)s
),
members AS (
    SELECT grouped.card_type, grouped.card_id, count(*) AS count,
           (array_agg(grouped.author_id ORDER BY grouped.created_at DESC, grouped.id DESC)
           )[1:%(faces)s] AS faces
    FROM people CROSS JOIN LATERAL (
        SELECT * FROM grouped WHERE grouped.author_id = people.id OFFSET 0
    ) AS grouped
    WHERE (grouped.card_type, grouped.card_id) IN (SELECT card_type, card_id FROM page)
    GROUP BY grouped.card_type, grouped.card_id
)
SELECT page.id, page.created_at, coalesce(members.count, 0), coalesce(members.faces, '{}')
FROM page LEFT JOIN members USING (card_type, card_id)
ORDER BY page.created_at DESC, page.id DESC

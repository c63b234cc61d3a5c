-- One post by each of the crowd who has written none, by the minute into the past.
INSERT INTO feed_post (
    author_id, kind, text, card_type, created_at, hidden_reason, reply_count, repost_count,
    like_count
)
SELECT id, 'post', 'Number ' || id || ' looks at #lamps', '', %(now)s - id * interval '1 second',
       '', 0, 0, 0
FROM accounts_profile profile
WHERE handle LIKE 'v\_%%'
  AND NOT EXISTS (SELECT FROM feed_post WHERE author_id = profile.id)

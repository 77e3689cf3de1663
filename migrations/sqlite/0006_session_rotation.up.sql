-- What deciding over an old refresh token needs, and when a session was ended. Sessions from before count as rotated
-- when they began and as having used their tokens.
ALTER TABLE sessions ADD COLUMN rotated_at INTEGER NOT NULL DEFAULT 0; -- when the current refresh token was made
UPDATE sessions SET rotated_at = created_at;

-- Whether the current tokens were used: until then the answer that held them may have been lost.
ALTER TABLE sessions ADD COLUMN pair_used INTEGER NOT NULL DEFAULT 1
    CONSTRAINT sessions_pair_used_is_boolean CHECK (pair_used IN (0, 1));

-- An ended session never lives again, also when the clock is set back. Ending one also brings expires_at forward to
-- that time, so that the index on it serves the sweep of both.
ALTER TABLE sessions ADD COLUMN ended_at INTEGER;

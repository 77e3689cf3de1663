-- When a session's refresh token was last rotated, whether the pair of tokens that came of it has been used, and when
-- the session was ended.
ALTER TABLE sessions
    ADD COLUMN rotated_at timestamptz,
    ADD COLUMN pair_used  boolean,
    -- A session that was ended never lives again, also when the clock is set back. Ending one cuts expires_at as well,
    -- so that sessions_expired leads the sweep to it.
    ADD COLUMN ended_at   timestamptz;

UPDATE sessions SET rotated_at = created_at, pair_used = true;

ALTER TABLE sessions
    ALTER COLUMN rotated_at SET NOT NULL,
    ALTER COLUMN pair_used SET NOT NULL;

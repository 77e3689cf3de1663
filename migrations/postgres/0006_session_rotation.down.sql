-- Ended sessions would live on, where nothing says that they ended.
DELETE FROM sessions WHERE ended_at IS NOT NULL;
ALTER TABLE sessions
    DROP COLUMN ended_at,
    DROP COLUMN pair_used,
    DROP COLUMN rotated_at;

-- Ended sessions would live on, where nothing says that they ended.
DELETE FROM sessions WHERE ended_at IS NOT NULL;
ALTER TABLE sessions DROP COLUMN ended_at;
ALTER TABLE sessions DROP COLUMN pair_used;
ALTER TABLE sessions DROP COLUMN rotated_at;

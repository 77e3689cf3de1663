-- Counters of attempts at passwords, and addresses that are recognised: these count 0, and their window ends when they
-- aren't recognised any more. The key is an HMAC, so that the table tells neither addresses nor accounts.
CREATE TABLE throttles (
    key            BLOB    NOT NULL,
    count          INTEGER NOT NULL, -- attempts within the window
    window_ends_at INTEGER NOT NULL,
    closed_until   INTEGER,          -- attempts are refused until then
    CONSTRAINT throttles_pkey PRIMARY KEY (key),
    CONSTRAINT throttles_key_is_32_bytes CHECK (length(key) = 32),
    CONSTRAINT throttles_count_is_not_negative CHECK (count >= 0)
) STRICT;

-- For the sweep of those that are over.
CREATE INDEX throttles_over ON throttles (window_ends_at);

-- Counters of attempts at passwords, and what is recognised until window_ends_at (with a count of 0). A key is an HMAC
-- of what it stands for, so that neither addresses nor accounts are told.
CREATE TABLE throttles (
    key            bytea       NOT NULL,
    count          integer     NOT NULL, -- within the window
    window_ends_at timestamptz NOT NULL,
    closed_until   timestamptz,          -- attempts are refused until then
    CONSTRAINT throttles_pkey PRIMARY KEY (key),
    CONSTRAINT throttles_key_is_32_bytes CHECK (octet_length(key) = 32),
    CONSTRAINT throttles_count_is_not_negative CHECK (count >= 0)
);

-- For the sweep of windows that have passed.
CREATE INDEX throttles_over ON throttles (window_ends_at);

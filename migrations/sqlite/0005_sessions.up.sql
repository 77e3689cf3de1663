-- Signed-in sessions. Tokens name their user, so a session is read by its primary key. Refresh tokens aren't here: one
-- is derived from counter and nonce with a key of the server's, and checked by its hash.
CREATE TABLE sessions (
    user_id             BLOB        NOT NULL,
    id                  BLOB        NOT NULL, -- version 7
    user_agent          TEXT        NOT NULL,
    counter             INTEGER     NOT NULL, -- how often the refresh token was rotated
    nonce               BLOB        NOT NULL,
    key_id              BLOB        NOT NULL, -- which of the server's keys
    token_hash          BLOB        NOT NULL, -- SHA-256 of the current refresh token
    previous_token_hash BLOB,                -- and of the one before
    created_at          INTEGER     NOT NULL,
    last_used_at        INTEGER     NOT NULL, -- to the hour
    expires_at          INTEGER     NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT sessions_id_is_16_bytes CHECK (length(id) = 16),
    CONSTRAINT sessions_nonce_is_16_bytes CHECK (length(nonce) = 16),
    CONSTRAINT sessions_key_id_is_8_bytes CHECK (length(key_id) = 8),
    CONSTRAINT sessions_token_hash_is_32_bytes CHECK (length(token_hash) = 32),
    CONSTRAINT sessions_previous_token_hash_is_32_bytes CHECK (length(previous_token_hash) = 32)
) STRICT;

-- For the sweep of sessions long ended.
CREATE INDEX sessions_expired ON sessions (expires_at);

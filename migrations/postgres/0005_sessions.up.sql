-- Signed-in sessions. Tokens name their user, so a session is read by its primary key. Refresh tokens aren't here: one
-- is derived from counter and nonce with a key of the server's, and checked by its hash.
CREATE TABLE sessions (
    user_id             bytea       NOT NULL,
    id                  uuid        NOT NULL, -- version 7
    user_agent          text        NOT NULL,
    counter             bigint      NOT NULL, -- how often the refresh token was rotated
    nonce               bytea       NOT NULL,
    key_id              bytea       NOT NULL, -- which of the server's keys
    token_hash          bytea       NOT NULL, -- SHA-256 of the current refresh token
    previous_token_hash bytea,                -- and of the one before
    created_at          timestamptz NOT NULL,
    last_used_at        timestamptz NOT NULL, -- to the hour
    expires_at          timestamptz NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT sessions_nonce_is_16_bytes CHECK (octet_length(nonce) = 16),
    CONSTRAINT sessions_key_id_is_8_bytes CHECK (octet_length(key_id) = 8),
    CONSTRAINT sessions_token_hash_is_32_bytes CHECK (octet_length(token_hash) = 32),
    CONSTRAINT sessions_previous_token_hash_is_32_bytes CHECK (octet_length(previous_token_hash) = 32)
);

-- For the sweep of sessions long ended.
CREATE INDEX sessions_expired ON sessions (expires_at);

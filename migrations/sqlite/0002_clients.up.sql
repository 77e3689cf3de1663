-- Messaging identities of a user.
CREATE TABLE clients (
    user_id    BLOB        NOT NULL,
    id         BLOB        NOT NULL,
    name       TEXT        NOT NULL,
    is_default INTEGER     NOT NULL,
    session_id TEXT        NOT NULL, -- the public half of the credentials; found through client_credentials
    region     TEXT,                 -- ISO 3166-1 alpha-2
    created_at INTEGER     NOT NULL,
    updated_at INTEGER     NOT NULL,
    CONSTRAINT clients_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT clients_user_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT clients_id_is_12_bytes CHECK (length(id) = 12),
    CONSTRAINT clients_is_default_is_boolean CHECK (is_default IN (0, 1)),
    CONSTRAINT clients_name_length CHECK (length(name) BETWEEN 1 AND 256),
    CONSTRAINT clients_region_is_alpha_2 CHECK (region GLOB '[A-Z][A-Z]')
) STRICT;

-- At most one default client a user; also how "my client" is found.
CREATE UNIQUE INDEX clients_default ON clients (user_id) WHERE is_default;

-- The command line names a client by its id alone.
CREATE INDEX clients_by_id ON clients (id);

-- From a session_id to its client, with the hash of the secret half. No foreign key, as in migrations/postgres.
CREATE TABLE client_credentials (
    session_id TEXT NOT NULL,
    user_id    BLOB  NOT NULL,
    client_id  BLOB  NOT NULL,
    token_hash BLOB  NOT NULL, -- SHA-256
    CONSTRAINT client_credentials_pkey PRIMARY KEY (session_id),
    CONSTRAINT client_credentials_session_id_length CHECK (length(session_id) BETWEEN 1 AND 128),
    CONSTRAINT client_credentials_token_hash_is_32_bytes CHECK (length(token_hash) = 32)
) STRICT;

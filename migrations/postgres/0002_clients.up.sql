-- Messaging identities of a user.
CREATE TABLE clients (
    user_id    bytea       NOT NULL,
    id         bytea       NOT NULL,
    name       text        NOT NULL,
    is_default boolean     NOT NULL,
    session_id text        NOT NULL, -- the public half of the credentials; found through client_credentials
    region     text,                 -- ISO 3166-1 alpha-2
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT clients_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT clients_user_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT clients_id_is_12_bytes CHECK (octet_length(id) = 12),
    CONSTRAINT clients_name_length CHECK (char_length(name) BETWEEN 1 AND 256),
    CONSTRAINT clients_region_is_alpha_2 CHECK (region ~ '^[A-Z]{2}$')
);

-- At most one default client a user; also how "my client" is found.
CREATE UNIQUE INDEX clients_default ON clients (user_id) WHERE is_default;

-- The command line names a client by its id alone. A hash, so that no plan walks it, over everybody's clients, for the
-- sake of one user's in their order.
CREATE INDEX clients_by_id ON clients USING hash (id);

-- From a session_id to its client, with the hash of the secret half. No foreign key: spread by the session_id.
CREATE TABLE client_credentials (
    session_id text COLLATE "C" NOT NULL,
    user_id    bytea NOT NULL,
    client_id  bytea NOT NULL,
    token_hash bytea NOT NULL, -- SHA-256
    CONSTRAINT client_credentials_pkey PRIMARY KEY (session_id),
    CONSTRAINT client_credentials_session_id_length CHECK (char_length(session_id) BETWEEN 1 AND 128),
    CONSTRAINT client_credentials_token_hash_is_32_bytes CHECK (octet_length(token_hash) = 32)
);

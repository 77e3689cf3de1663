-- Who signs in. Everything below a user carries user_id first in its keys, so that one shard answers one user and the
-- database itself refuses a row under somebody else's.
CREATE TABLE users (
    id            bytea       NOT NULL,
    email         text        NOT NULL,
    firstname     text        NOT NULL,
    lastname      text        NOT NULL,
    password_hash text        NOT NULL, -- a PHC string
    disabled_at   timestamptz,
    erased_at     timestamptz,          -- set at once; the rows below go in steps afterwards
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_id_is_12_bytes CHECK (octet_length(id) = 12),
    CONSTRAINT users_firstname_length CHECK (char_length(firstname) <= 128),
    CONSTRAINT users_lastname_length CHECK (char_length(lastname) <= 128)
);

-- For the sweep that finishes erasures.
CREATE INDEX users_erased ON users (erased_at) WHERE erased_at IS NOT NULL;

-- From an address to its user: sign-in reads one row here, then one of users. The key is NFKC in lower case, made by
-- the domain. No foreign key: this table is spread by the address, users by its id.
CREATE TABLE user_emails (
    email_key text COLLATE "C" NOT NULL,
    user_id   bytea NOT NULL,
    CONSTRAINT user_emails_pkey PRIMARY KEY (email_key),
    CONSTRAINT user_emails_user_id_is_12_bytes CHECK (octet_length(user_id) = 12)
);

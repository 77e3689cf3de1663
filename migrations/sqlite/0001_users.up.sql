-- Who signs in. The tables are those of migrations/postgres, which says why each is as it is. Everything below a user
-- carries user_id first in its keys, so that the database itself refuses a row under somebody else's. Times are milliseconds since 1970-01-01T00:00:00Z.
CREATE TABLE users (
    id            BLOB        NOT NULL,
    email         TEXT        NOT NULL,
    firstname     TEXT        NOT NULL,
    lastname      TEXT        NOT NULL,
    password_hash TEXT        NOT NULL, -- a PHC string
    disabled_at   INTEGER,
    erased_at     INTEGER,              -- set at once; the rows below go in steps afterwards
    created_at    INTEGER     NOT NULL,
    updated_at    INTEGER     NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_id_is_12_bytes CHECK (length(id) = 12),
    CONSTRAINT users_firstname_length CHECK (length(firstname) <= 128),
    CONSTRAINT users_lastname_length CHECK (length(lastname) <= 128)
) STRICT;

-- For the sweep that finishes erasures.
CREATE INDEX users_erased ON users (erased_at) WHERE erased_at IS NOT NULL;

-- From an address to its user: sign-in reads one row here, then one of users. The key is NFKC in lower case, made by
-- the domain. No foreign key, as in migrations/postgres.
CREATE TABLE user_emails (
    email_key TEXT NOT NULL,
    user_id   BLOB NOT NULL,
    CONSTRAINT user_emails_pkey PRIMARY KEY (email_key),
    CONSTRAINT user_emails_user_id_is_12_bytes CHECK (length(user_id) = 12)
) STRICT;

-- The audit trail: rows are only ever added; they go when they are old, and with their account. No foreign key: the
-- entry that says an account was erased outlives it, and a wrong sign-in is of nobody.
CREATE TABLE audit_entries (
    user_id    bytea       NOT NULL, -- twelve zero bytes: nobody is known
    id         uuid        NOT NULL, -- version 7
    event      text        NOT NULL,
    created_at timestamptz NOT NULL,
    session_id uuid,                 -- the session in which it was done
    subject    text,                 -- the id of what it was done to, where that isn't the account
    address    text,                 -- an IP address
    request_id text,
    -- A user's own trail, newest first when walked backwards.
    CONSTRAINT audit_entries_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT audit_entries_user_id_is_12_bytes CHECK (octet_length(user_id) = 12)
);

-- Everybody's trail, newest first, for the operator; oldest first for the sweep.
CREATE INDEX audit_entries_by_id ON audit_entries (id);

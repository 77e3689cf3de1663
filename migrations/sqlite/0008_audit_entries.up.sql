-- Who did what to an account, when and from where. Rows are only added; they go when they are old, and with their
-- account. No foreign key: entries of nobody stand under twelve zero bytes.
CREATE TABLE audit_entries (
    user_id    BLOB    NOT NULL,
    id         BLOB    NOT NULL, -- version 7, of created_at
    event      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    session_id BLOB,             -- in which session it was done
    subject    TEXT,             -- the id of what it was done to, where that isn't the account
    address    TEXT,             -- from where
    request_id TEXT,
    CONSTRAINT audit_entries_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT audit_entries_user_id_is_12_bytes CHECK (length(user_id) = 12),
    CONSTRAINT audit_entries_id_is_16_bytes CHECK (length(id) = 16),
    CONSTRAINT audit_entries_session_id_is_16_bytes CHECK (length(session_id) = 16)
) STRICT;

-- The operator's view over everybody, newest first when walked backwards; and the sweep of old ones, since ids rise
-- with time.
CREATE INDEX audit_entries_by_id ON audit_entries (id);

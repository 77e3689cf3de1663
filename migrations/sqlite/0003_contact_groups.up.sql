-- Sets of a client's contacts; exactly one of them is the client's default.
CREATE TABLE contact_groups (
    user_id        BLOB        NOT NULL,
    id             BLOB        NOT NULL,
    client_id      BLOB        NOT NULL,
    title          TEXT        NOT NULL,
    is_default     INTEGER     NOT NULL,
    created_at     INTEGER     NOT NULL,
    updated_at     INTEGER     NOT NULL,
    legacy_version INTEGER     NOT NULL, -- __v of an imported row, else 0
    revision       INTEGER     NOT NULL, -- counts every change
    CONSTRAINT contact_groups_pkey PRIMARY KEY (user_id, id),
    -- Lists of one client, oldest first; and what a contact's foreign key points at, so that it can't stand in a group
    -- of another client.
    CONSTRAINT contact_groups_client_key UNIQUE (user_id, client_id, id),
    CONSTRAINT contact_groups_client_fkey FOREIGN KEY (user_id, client_id) REFERENCES clients (user_id, id),
    CONSTRAINT contact_groups_id_is_12_bytes CHECK (length(id) = 12),
    CONSTRAINT contact_groups_is_default_is_boolean CHECK (is_default IN (0, 1)),
    CONSTRAINT contact_groups_title_length CHECK (length(title) BETWEEN 1 AND 256)
) STRICT;

-- At most one default group a client (at least one, since one act at a time writes); also how it is found.
CREATE UNIQUE INDEX contact_groups_default ON contact_groups (user_id, client_id) WHERE is_default;

-- Sets of a client's contacts; exactly one of them is the client's default.
CREATE TABLE contact_groups (
    user_id        bytea       NOT NULL,
    id             bytea       NOT NULL,
    client_id      bytea       NOT NULL,
    title          text        NOT NULL,
    is_default     boolean     NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    legacy_version bigint      NOT NULL, -- __v of an imported row, else 0
    revision       bigint      NOT NULL, -- counts every change
    CONSTRAINT contact_groups_pkey PRIMARY KEY (user_id, id),
    -- Lists of one client, oldest first; and what a contact's foreign key points at, so that it can't stand in a group
    -- of another client.
    CONSTRAINT contact_groups_client_key UNIQUE (user_id, client_id, id),
    CONSTRAINT contact_groups_client_fkey FOREIGN KEY (user_id, client_id) REFERENCES clients (user_id, id),
    CONSTRAINT contact_groups_id_is_12_bytes CHECK (octet_length(id) = 12),
    CONSTRAINT contact_groups_title_length CHECK (char_length(title) BETWEEN 1 AND 256)
);

-- At most one default group a client (at least one by the order of locks); also how it is found.
CREATE UNIQUE INDEX contact_groups_default ON contact_groups (user_id, client_id) WHERE is_default;

-- A client is of one user: so that the planner expects as many groups of a client as there are.
CREATE STATISTICS contact_groups_owners (dependencies) ON user_id, client_id FROM contact_groups;

-- Whom a client talks to. No index holds updated_at, so that an update that moves nothing can stay within its page.
CREATE TABLE contacts (
    user_id             bytea       NOT NULL,
    id                  bytea       NOT NULL,
    client_id           bytea       NOT NULL,
    group_id            bytea       NOT NULL,
    name                text        NOT NULL,
    number              text        NOT NULL, -- verbatim
    channel             text        NOT NULL,
    survey_id           bytea,
    survey_sort_integer bigint,               -- the one or the other, by the JSON type it was sent in
    survey_sort_text    text,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    legacy_version      bigint      NOT NULL, -- __v of an imported row, else 0
    revision            bigint      NOT NULL, -- counts every change
    -- All of a user's contacts, newest first when walked backwards.
    CONSTRAINT contacts_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT contacts_group_fkey FOREIGN KEY (user_id, client_id, group_id)
        REFERENCES contact_groups (user_id, client_id, id),
    CONSTRAINT contacts_id_is_12_bytes CHECK (octet_length(id) = 12),
    CONSTRAINT contacts_name_length CHECK (char_length(name) <= 256),
    CONSTRAINT contacts_number_length CHECK (char_length(number) BETWEEN 1 AND 256),
    CONSTRAINT contacts_channel_form CHECK (channel ~ '^[a-z0-9_]{1,32}$'),
    CONSTRAINT contacts_survey_id_is_12_bytes CHECK (octet_length(survey_id) = 12),
    CONSTRAINT contacts_survey_sort_text_length CHECK (char_length(survey_sort_text) <= 64),
    CONSTRAINT contacts_survey_sort_is_one CHECK (survey_sort_integer IS NULL OR survey_sort_text IS NULL)
);

-- "My contacts": one client's, newest first when walked backwards.
CREATE INDEX contacts_by_client ON contacts (user_id, client_id, id);

-- One group's, newest first; also what the foreign key asks when a group goes.
CREATE INDEX contacts_by_group ON contacts (user_id, client_id, group_id, id);

-- A group is of one client, a client of one user. Taking these for independent, the planner would expect a hundredth of
-- a client's contacts, and fetch and sort them all for every page.
CREATE STATISTICS contacts_owners (dependencies) ON user_id, client_id, group_id FROM contacts;

-- Whom a client talks to. No index holds updated_at, so that an update that moves nothing touches none.
CREATE TABLE contacts (
    user_id             BLOB        NOT NULL,
    id                  BLOB        NOT NULL,
    client_id           BLOB        NOT NULL,
    group_id            BLOB        NOT NULL,
    name                TEXT        NOT NULL,
    number              TEXT        NOT NULL, -- verbatim
    channel             TEXT        NOT NULL,
    survey_id           BLOB,
    survey_sort_integer INTEGER,               -- the one or the other, by the JSON type it was sent in
    survey_sort_text    TEXT,
    created_at          INTEGER     NOT NULL,
    updated_at          INTEGER     NOT NULL,
    legacy_version      INTEGER     NOT NULL, -- __v of an imported row, else 0
    revision            INTEGER     NOT NULL, -- counts every change
    -- All of a user's contacts, newest first when walked backwards.
    CONSTRAINT contacts_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT contacts_group_fkey FOREIGN KEY (user_id, client_id, group_id)
        REFERENCES contact_groups (user_id, client_id, id),
    CONSTRAINT contacts_id_is_12_bytes CHECK (length(id) = 12),
    CONSTRAINT contacts_name_length CHECK (length(name) <= 256),
    CONSTRAINT contacts_number_length CHECK (length(number) BETWEEN 1 AND 256),
    CONSTRAINT contacts_channel_form CHECK (length(channel) BETWEEN 1 AND 32 AND channel NOT GLOB '*[^a-z0-9_]*'),
    CONSTRAINT contacts_survey_id_is_12_bytes CHECK (length(survey_id) = 12),
    CONSTRAINT contacts_survey_sort_text_length CHECK (length(survey_sort_text) <= 64),
    CONSTRAINT contacts_survey_sort_is_one CHECK (survey_sort_integer IS NULL OR survey_sort_text IS NULL)
) STRICT;

-- "My contacts": one client's, newest first when walked backwards.
CREATE INDEX contacts_by_client ON contacts (user_id, client_id, id);

-- One group's, newest first; also what the foreign key asks when a group goes.
CREATE INDEX contacts_by_group ON contacts (user_id, client_id, group_id, id);

-- Files of contacts that go into a client: what was asked for, how far it is, who works on it. The tables below hold what
-- belongs to one. They have no foreign keys to it: whoever writes them holds its row, and a sweep removes them before it.
CREATE TABLE imports (
    user_id         BLOB        NOT NULL,
    id              BLOB        NOT NULL, -- version 7
    client_id       BLOB        NOT NULL,
    source          TEXT        NOT NULL, -- staged: its file is in import_pieces; direct: whoever works on it has it
    state           TEXT        NOT NULL, -- discarded: nobody sees it any more, and a sweep removes it
    is_dry_run      INTEGER     NOT NULL,
    options         TEXT        NOT NULL, -- as the parameters of a call
    file_name       TEXT,
    content_type    TEXT,
    file_bytes      INTEGER,
    staged_bytes    INTEGER     NOT NULL, -- so much of it is in import_pieces
    is_untidy       INTEGER     NOT NULL, -- what there may be of its pieces and drafts is needed no more
    report_parts    INTEGER     NOT NULL,
    rows_read       INTEGER     NOT NULL,
    rows_created    INTEGER     NOT NULL,
    rows_updated    INTEGER     NOT NULL,
    rows_unchanged  INTEGER     NOT NULL,
    rows_skipped    INTEGER     NOT NULL,
    rows_invalid    INTEGER     NOT NULL,
    rows_reported   INTEGER     NOT NULL, -- so many of them the report tells of
    bytes_read      INTEGER     NOT NULL,
    worked_millis   INTEGER     NOT NULL,
    failure_code    TEXT,
    failure_message TEXT,
    undo_after      BLOB,                -- contacts up to this id are undone; NULL: none is to be
    undo_removed    INTEGER     NOT NULL,
    undo_restored   INTEGER     NOT NULL,
    undo_left       INTEGER     NOT NULL,
    lease_holder    BLOB,                -- who works on it; NULL: nobody does
    lease_until     INTEGER,
    created_at      INTEGER     NOT NULL,
    started_at      INTEGER,
    ended_at        INTEGER,
    expires_at      INTEGER,             -- when it is forgotten
    CONSTRAINT imports_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT imports_user_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT imports_id_is_16_bytes CHECK (length(id) = 16),
    CONSTRAINT imports_client_id_is_12_bytes CHECK (length(client_id) = 12),
    CONSTRAINT imports_source_is_known CHECK (source IN ('staged', 'direct')),
    CONSTRAINT imports_state_is_known CHECK (state IN (
        'receiving', 'waiting', 'running', 'completed', 'failed', 'cancelled', 'undoing', 'undone', 'discarded'
    )),
    -- No row is lost, and none counts twice.
    CONSTRAINT imports_rows_are_accounted_for CHECK (
        rows_read = rows_created + rows_updated + rows_unchanged + rows_skipped + rows_invalid
    ),
    CONSTRAINT imports_failure_is_whole CHECK ((failure_code IS NULL) = (failure_message IS NULL)),
    CONSTRAINT imports_lease_is_whole CHECK ((lease_holder IS NULL) = (lease_until IS NULL)),
    CONSTRAINT imports_lease_holder_is_16_bytes CHECK (length(lease_holder) = 16)
) STRICT;

-- What goes when a client goes.
CREATE INDEX imports_by_client ON imports (user_id, client_id);

-- What is to be worked on, or was left behind; and how much of a user's waits.
CREATE INDEX imports_open ON imports (user_id, created_at)
    WHERE state IN ('receiving', 'waiting', 'running', 'undoing');

-- What is to be forgotten: when its time has come, or as nobody sees it any more.
CREATE INDEX imports_expiring ON imports (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX imports_discarded ON imports (user_id, id) WHERE state = 'discarded' AND NOT is_untidy;

-- What takes up room, and what needn't any more.
CREATE INDEX imports_staged ON imports (user_id, id) WHERE staged_bytes > 0;
CREATE INDEX imports_untidy ON imports (user_id, id) WHERE is_untidy;

-- The file of one, in pieces of up to 512 KiB.
CREATE TABLE import_pieces (
    user_id   BLOB   NOT NULL,
    import_id BLOB   NOT NULL,
    number    INTEGER NOT NULL, -- from 0
    bytes     BLOB   NOT NULL,
    CONSTRAINT import_pieces_pkey PRIMARY KEY (user_id, import_id, number)
) STRICT;

-- Its report: a part for each step that has something to tell, in whole lines of CSV.
CREATE TABLE import_reports (
    user_id   BLOB   NOT NULL,
    import_id BLOB   NOT NULL,
    number    INTEGER NOT NULL, -- from 0
    lines     BLOB   NOT NULL,
    CONSTRAINT import_reports_pkey PRIMARY KEY (user_id, import_id, number)
) STRICT;

-- What it did to contacts, so that it can be undone: what was before, and the state they are in since.
CREATE TABLE import_changes (
    user_id             BLOB        NOT NULL,
    import_id           BLOB        NOT NULL,
    contact_id          BLOB        NOT NULL,
    contact_created_at  INTEGER     NOT NULL, -- the two of them are the state
    contact_revision    INTEGER     NOT NULL,
    is_new              INTEGER     NOT NULL, -- the import made it: then there is nothing before
    group_id            BLOB,
    name                TEXT,
    number              TEXT,
    channel             TEXT,
    survey_id           BLOB,
    survey_sort_integer INTEGER,
    survey_sort_text    TEXT,
    left_alone          TEXT,                 -- why it isn't undone, or not quite
    CONSTRAINT import_changes_pkey PRIMARY KEY (user_id, import_id, contact_id),
    CONSTRAINT import_changes_left_alone_is_known CHECK (left_alone IN ('changed', 'gone', 'group_gone')),
    CONSTRAINT import_changes_before_is_whole CHECK (
        is_new = (group_id IS NULL) AND is_new = (name IS NULL) AND is_new = (number IS NULL)
            AND is_new = (channel IS NULL)
    )
) STRICT;

-- Those that weren't undone.
CREATE INDEX import_changes_left ON import_changes (user_id, import_id, contact_id) WHERE left_alone IS NOT NULL;

-- Groups that it made.
CREATE TABLE import_groups (
    user_id   BLOB  NOT NULL,
    import_id BLOB  NOT NULL,
    group_id  BLOB  NOT NULL,
    CONSTRAINT import_groups_pkey PRIMARY KEY (user_id, import_id, group_id)
) STRICT;

-- Contacts as a dry run would have left them, so that its later rows find what its earlier ones would have written.
CREATE TABLE import_drafts (
    user_id             BLOB        NOT NULL,
    import_id           BLOB        NOT NULL,
    id                  BLOB        NOT NULL,
    match_key           TEXT        NOT NULL, -- what contacts match by: the number's E.164 form, else the number
    client_id           BLOB        NOT NULL,
    group_id            BLOB        NOT NULL,
    name                TEXT        NOT NULL,
    number              TEXT        NOT NULL,
    channel             TEXT        NOT NULL,
    survey_id           BLOB,
    survey_sort_integer INTEGER,
    survey_sort_text    TEXT,
    created_at          INTEGER     NOT NULL,
    updated_at          INTEGER     NOT NULL,
    legacy_version      INTEGER     NOT NULL,
    revision            INTEGER     NOT NULL,
    CONSTRAINT import_drafts_pkey PRIMARY KEY (user_id, import_id, id)
) STRICT;
CREATE INDEX import_drafts_by_key ON import_drafts (user_id, import_id, match_key, id);

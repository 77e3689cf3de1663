-- What contacts are found by, derived by the domain of what consumers stored and of their client's region, and compared
-- byte by byte. SQL can't derive it, so each client is marked to have it done: the server goes through its contacts in
-- steps, and through those of a client whose region changes.
ALTER TABLE contacts
    ADD COLUMN number_kind text NOT NULL DEFAULT 'other', -- phone, wa_group, wa_broadcast, other
    ADD COLUMN e164        text,                          -- the phone number that the number stands for
    ADD COLUMN name_key    text COLLATE "C" NOT NULL DEFAULT '', -- the folded name, of at most 1,024 bytes
    ADD COLUMN search_key  text COLLATE "C" NOT NULL DEFAULT '', -- folded name, number and its digits, a line each
    ADD CONSTRAINT contacts_number_kind_is_known
        CHECK (number_kind IN ('phone', 'wa_group', 'wa_broadcast', 'other')) NOT VALID,
    ADD CONSTRAINT contacts_e164_form CHECK (e164 ~ '^\+[0-9]{1,15}$') NOT VALID,
    ADD CONSTRAINT contacts_name_key_length CHECK (octet_length(name_key) <= 1024) NOT VALID;

-- From here on whoever inserts says what is derived.
ALTER TABLE contacts
    ALTER COLUMN number_kind DROP DEFAULT,
    ALTER COLUMN name_key DROP DEFAULT,
    ALTER COLUMN search_key DROP DEFAULT;

ALTER TABLE clients
    ADD COLUMN derive_after bytea, -- contacts behind this id are still to be derived anew; NULL: none
    ADD COLUMN revision     bigint NOT NULL DEFAULT 0; -- counts every change
ALTER TABLE clients ALTER COLUMN revision DROP DEFAULT;
UPDATE clients SET derive_after = '';

-- For whoever goes on with it.
CREATE INDEX clients_deriving ON clients (user_id, id) WHERE derive_after IS NOT NULL;

-- The client's region once more: a contact coming in locks its group, not its client, and is derived under the region
-- that stands in the very row it locks. Changing a region locks the groups against that.
ALTER TABLE contact_groups ADD COLUMN region text;
UPDATE contact_groups g SET region = c.region
FROM clients c WHERE c.user_id = g.user_id AND c.id = g.client_id AND c.region IS NOT NULL;

ALTER TABLE users ADD COLUMN revision bigint NOT NULL DEFAULT 0; -- counts every change that the user sees
ALTER TABLE users ALTER COLUMN revision DROP DEFAULT;

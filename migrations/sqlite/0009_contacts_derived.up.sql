-- What contacts are found by, derived by the domain of what consumers stored and of their client's region, and compared
-- byte by byte. SQL can't derive it, so each client is marked to have it done: the server goes through its contacts in
-- steps, and through those of a client whose region changes.
ALTER TABLE contacts ADD COLUMN number_kind TEXT NOT NULL DEFAULT 'other'
    CONSTRAINT contacts_number_kind_is_known CHECK (number_kind IN ('phone', 'wa_group', 'wa_broadcast', 'other'));
-- The phone number that the number stands for.
ALTER TABLE contacts ADD COLUMN e164 TEXT;
-- The folded name, of at most 1,024 bytes.
ALTER TABLE contacts ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
-- Folded name, number and its digits, a line each.
ALTER TABLE contacts ADD COLUMN search_key TEXT NOT NULL DEFAULT '';

-- Contacts behind this id are still to be derived anew; NULL: none.
ALTER TABLE clients ADD COLUMN derive_after BLOB;
-- Counts every change.
ALTER TABLE clients ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
UPDATE clients SET derive_after = x'';

-- For whoever goes on with it.
CREATE INDEX clients_deriving ON clients (user_id, id) WHERE derive_after IS NOT NULL;

-- Counts every change that the user sees.
ALTER TABLE users ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

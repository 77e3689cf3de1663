ALTER TABLE users DROP COLUMN revision;
ALTER TABLE contact_groups DROP COLUMN region;
DROP INDEX clients_deriving;
ALTER TABLE clients
    DROP COLUMN derive_after,
    DROP COLUMN revision;
ALTER TABLE contacts
    DROP COLUMN number_kind,
    DROP COLUMN e164,
    DROP COLUMN name_key,
    DROP COLUMN search_key;

ALTER TABLE users DROP COLUMN revision;
DROP INDEX clients_deriving;
ALTER TABLE clients DROP COLUMN derive_after;
ALTER TABLE clients DROP COLUMN revision;
ALTER TABLE contacts DROP COLUMN number_kind;
ALTER TABLE contacts DROP COLUMN e164;
ALTER TABLE contacts DROP COLUMN name_key;
ALTER TABLE contacts DROP COLUMN search_key;

-- no-transaction
-- A client's contacts by name.
CREATE INDEX CONCURRENTLY contacts_by_name ON contacts (user_id, client_id, name_key, id);

-- A client's contacts by name.
CREATE INDEX contacts_by_name ON contacts (user_id, client_id, name_key, id);

-- Who has this number, in whatever form: by E.164 where it is a phone's, else to the letter; newest first when walked
-- backwards.
CREATE INDEX contacts_by_number ON contacts (user_id, client_id, COALESCE(e164, number), id);

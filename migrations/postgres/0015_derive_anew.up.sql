-- More ways to write a phone number are understood, so what contacts are found by is derived anew: in the background, by
-- whoever serves.
UPDATE clients SET derive_after = '';

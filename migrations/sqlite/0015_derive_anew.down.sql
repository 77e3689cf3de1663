-- And by whoever serves after that, in the old way.
UPDATE clients SET derive_after = x'';

DROP TABLE import_drafts;
DROP TABLE import_groups;
DROP TABLE import_changes;
DROP TABLE import_reports;
DROP TABLE import_pieces;
DROP TABLE imports;

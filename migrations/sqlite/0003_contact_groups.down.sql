DROP TABLE contact_groups;

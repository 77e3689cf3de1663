DROP INDEX contacts_by_name;

DROP INDEX contacts_by_number;

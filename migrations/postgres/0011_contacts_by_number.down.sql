-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS contacts_by_number;

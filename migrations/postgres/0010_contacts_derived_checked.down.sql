-- Nothing to take back: that rows were looked at does no harm.
SELECT 1;

-- They stay: somebody else may use them, and they do no harm.
SELECT 1;

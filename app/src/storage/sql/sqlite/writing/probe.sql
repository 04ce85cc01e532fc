-- Needs the table; a rehearsal finds out the rest.
SELECT 1, count(*) FROM (SELECT 1 FROM credentials LIMIT 1)

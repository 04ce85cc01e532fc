-- Needs all that reading needs.
SELECT 1, count(*) FROM (SELECT 1 FROM credentials LIMIT 1)

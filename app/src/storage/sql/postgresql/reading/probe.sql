-- Needs all that reading needs. Tells whether the server is of the kind $1, a value of libpq's
-- target_session_attrs.
SELECT
    CASE $1::text
        WHEN 'primary' THEN NOT pg_is_in_recovery()
        WHEN 'read-write' THEN NOT pg_is_in_recovery()
        WHEN 'standby' THEN pg_is_in_recovery()
        WHEN 'read-only' THEN pg_is_in_recovery()
            OR current_setting('default_transaction_read_only')::boolean
        ELSE true
    END,
    (SELECT count(*) FROM (SELECT FROM {schema}.credentials LIMIT 0) AS readable)

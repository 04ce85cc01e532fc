-- Our own sessions that no time-out ends, or is about to end, any more: within a commit that waits
-- for a standby or a disk.
SELECT FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database()
    AND query LIKE '%INSERT INTO {schema}.credentials%' AND state = 'active'
    AND clock_timestamp() - query_start >
        CASE WHEN wait_event IN ('SyncRep', 'WALSync', 'WALWrite') THEN interval '6 s'
            ELSE interval '11 s' END
LIMIT 1

-- A commit that changes nothing, and waits for the standby as any other.
SELECT pg_logical_emit_message(true, 'kube-credential', '')

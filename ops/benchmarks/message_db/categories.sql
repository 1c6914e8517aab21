-- pgbench: one event of 600 bytes into a stream that must not be there yet; every connection has a
-- category of its own, so that none waits for another's lock.
SELECT message_store.write_message(
    gen_random_uuid()::varchar, 'booking' || :client_id || '-' || gen_random_uuid(), 'Booked',
    jsonb_build_object('text', repeat('x', 589)), NULL, -1);

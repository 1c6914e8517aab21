-- pgbench: one event of 600 bytes into a stream that must not be there yet; all streams are of one
-- category, whose lock message-db holds until the commit.
SELECT message_store.write_message(
    gen_random_uuid()::varchar, 'booking-' || gen_random_uuid(), 'Booked',
    jsonb_build_object('text', repeat('x', 589)), NULL, -1);

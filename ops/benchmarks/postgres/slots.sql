-- pgbench: when a service can be booked in [from, to), with whom. Set-based: what keeps a resource
-- busy becomes one multirange, its windows become a grid, and the grid is held against the range.
-- (NOT EXISTS over the allocations of every start, the usual way, takes two and a half times as
-- long.)
WITH service AS MATERIALIZED (
    SELECT id, make_interval(mins => duration_minutes) AS duration,
           make_interval(mins => duration_minutes + buffer_time_minutes) AS kept,
           make_interval(mins => slot_step_minutes) AS step,
           now()::timestamp + make_interval(hours => min_advance_booking_hours) AS earliest
    FROM services
    WHERE id = numbered(2, 1) AND is_active AND deleted_at IS NULL
), who AS MATERIALIZED (
    SELECT r.id,
           COALESCE((SELECT range_agg(tsrange(a.allocated_start, a.allocated_end))
                     FROM appointment_resources a
                     WHERE a.resource_id = r.id AND a.allocated_end > :from::timestamp
                       AND a.allocated_start < :to::timestamp + interval '1 day'), '{}')
           + COALESCE((SELECT range_agg(tsrange(b.start_datetime, b.end_datetime))
                       FROM resource_blocks b
                       WHERE b.resource_id = r.id AND b.end_datetime > :from::timestamp
                         AND b.start_datetime < :to::timestamp + interval '1 day'
                         AND b.deleted_at IS NULL), '{}') AS busy
    FROM service_resources sr JOIN resources r ON r.id = sr.resource_id
    WHERE sr.service_id = numbered(2, 1) AND r.is_active AND r.deleted_at IS NULL
)
SELECT slot.start, slot.start + service.duration AS ends, count(*) AS free, min(who.id::text) AS who
FROM service CROSS JOIN who
CROSS JOIN generate_series(:from::timestamp, :to::timestamp - interval '1 day',
                           interval '1 day') AS day
JOIN resource_schedules rs ON rs.resource_id = who.id AND rs.is_active
                          AND rs.day_of_week = EXTRACT(dow FROM day)
CROSS JOIN LATERAL generate_series(day + rs.start_time, day + rs.end_time - service.duration,
                                   service.step) AS slot(start)
WHERE slot.start >= service.earliest
  AND NOT who.busy && tsrange(slot.start, slot.start + service.kept)
GROUP BY 1, 2
ORDER BY 1;

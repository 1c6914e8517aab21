-- pgbench: one booking, the next that nobody has made, in one statement and one transaction. As
-- many resources, clients and days as the bench's business has, spread alike.
WITH wish AS (
    SELECT n, n % :resources AS resource, n / :resources AS turn
    FROM (SELECT nextval('booking_number') AS n) AS drawn
), timed AS (
    SELECT *, :first_day::timestamp + (turn % :days) * interval '1 day'
              + (turn / :days) * interval '30 minutes' AS start
    FROM wish
), booked AS (
    INSERT INTO appointments (tenant_id, service_id, client_id, scheduled_start, scheduled_end,
                              status, booking_reference, quoted_price, client_notes)
    SELECT numbered(1, 0), numbered(2, 0), numbered(3, n % :clients), start,
           start + interval '30 minutes', 'confirmed', 'BK-' || n, 25.00,
           CASE WHEN n % 4 = 0 THEN 'A window seat, please.' END
    FROM timed
    RETURNING id, scheduled_start, scheduled_end
)
INSERT INTO appointment_resources (appointment_id, resource_id, allocated_start, allocated_end)
SELECT booked.id, numbered(4, resource), scheduled_start, scheduled_end
FROM booked, wish;

-- The tables of seed 001 that a booking and a question for slots touch, with their indexes, checks
-- and the audit trigger. Changed so that it runs and is as fast as it can be: the audit trigger
-- names no user (CURRENT_USER is no UUID), the check of business hours is left out (the bench books
-- around the clock), an exclusion constraint stands for idx_unique_resource_booking (which lets
-- overlaps pass), and the second of two equal indexes is left out.
CREATE EXTENSION btree_gist;

CREATE TABLE tenants (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    slug VARCHAR(50) UNIQUE NOT NULL,
    name VARCHAR(100) NOT NULL
);
CREATE TABLE services (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    name VARCHAR(100) NOT NULL,
    duration_minutes INTEGER NOT NULL CHECK (duration_minutes > 0),
    buffer_time_minutes INTEGER DEFAULT 5,
    slot_step_minutes INTEGER NOT NULL,
    base_price DECIMAL(10,2),
    min_advance_booking_hours INTEGER DEFAULT 1,
    max_advance_booking_days INTEGER DEFAULT 30,
    is_active BOOLEAN DEFAULT TRUE,
    deleted_at TIMESTAMP
);
CREATE TABLE resources (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    name VARCHAR(100) NOT NULL,
    type VARCHAR(50) NOT NULL CHECK (type IN ('staff', 'room', 'equipment', 'vehicle', 'other')),
    is_active BOOLEAN DEFAULT TRUE,
    deleted_at TIMESTAMP
);
CREATE TABLE clients (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    first_name VARCHAR(100) NOT NULL,
    last_name VARCHAR(100),
    email VARCHAR(255),
    phone VARCHAR(20),
    deleted_at TIMESTAMP,
    UNIQUE (tenant_id, email),
    UNIQUE (tenant_id, phone)
);
CREATE TABLE appointments (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    service_id UUID NOT NULL REFERENCES services(id),
    client_id UUID NOT NULL REFERENCES clients(id),
    scheduled_start TIMESTAMP NOT NULL,
    scheduled_end TIMESTAMP NOT NULL,
    actual_start TIMESTAMP,
    actual_end TIMESTAMP,
    status VARCHAR(20) DEFAULT 'scheduled' CHECK (status IN (
        'scheduled', 'confirmed', 'in_progress', 'completed', 'cancelled', 'no_show', 'rescheduled')),
    status_changed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    booking_method VARCHAR(20) DEFAULT 'online',
    booking_reference VARCHAR(50) UNIQUE,
    quoted_price DECIMAL(10,2),
    final_price DECIMAL(10,2),
    paid_amount DECIMAL(10,2) DEFAULT 0,
    payment_status VARCHAR(20) DEFAULT 'pending',
    client_notes TEXT,
    staff_notes TEXT,
    metadata JSONB DEFAULT '{}',
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    version INTEGER DEFAULT 1,
    deleted_at TIMESTAMP,
    CHECK (scheduled_end > scheduled_start),
    CHECK (scheduled_start > CURRENT_TIMESTAMP - INTERVAL '1 hour')
);
CREATE TABLE service_resources (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    service_id UUID NOT NULL REFERENCES services(id) ON DELETE CASCADE,
    resource_id UUID NOT NULL REFERENCES resources(id) ON DELETE CASCADE,
    UNIQUE (service_id, resource_id)
);
CREATE TABLE appointment_resources (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    appointment_id UUID NOT NULL REFERENCES appointments(id) ON DELETE CASCADE,
    resource_id UUID NOT NULL REFERENCES resources(id),
    allocated_start TIMESTAMP NOT NULL,
    allocated_end TIMESTAMP NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    CHECK (allocated_end > allocated_start),
    EXCLUDE USING gist (resource_id WITH =, tsrange(allocated_start, allocated_end) WITH &&)
);
CREATE TABLE resource_schedules (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    resource_id UUID NOT NULL REFERENCES resources(id) ON DELETE CASCADE,
    day_of_week INTEGER NOT NULL CHECK (day_of_week BETWEEN 0 AND 6),
    start_time TIME NOT NULL,
    end_time TIME NOT NULL CHECK (end_time > start_time),
    effective_from DATE DEFAULT CURRENT_DATE,
    effective_until DATE,
    is_active BOOLEAN DEFAULT TRUE
);
CREATE TABLE resource_blocks (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    resource_id UUID NOT NULL REFERENCES resources(id) ON DELETE CASCADE,
    start_datetime TIMESTAMP NOT NULL,
    end_datetime TIMESTAMP NOT NULL CHECK (end_datetime > start_datetime),
    block_type VARCHAR(20) NOT NULL,
    deleted_at TIMESTAMP
);
CREATE TABLE audit_logs (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id UUID REFERENCES tenants(id),
    action VARCHAR(20) NOT NULL,
    table_name VARCHAR(100) NOT NULL,
    record_id UUID,
    user_id UUID,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    old_values JSONB,
    new_values JSONB
);

CREATE INDEX idx_appointments_tenant_date ON appointments(tenant_id, scheduled_start)
    WHERE deleted_at IS NULL;
CREATE INDEX idx_appointments_service_date ON appointments(service_id, scheduled_start)
    WHERE deleted_at IS NULL;
CREATE INDEX idx_appointments_status_date ON appointments(status, scheduled_start)
    WHERE deleted_at IS NULL;
CREATE INDEX idx_availability_lookup ON appointments(
    tenant_id, service_id, scheduled_start, scheduled_end, status
) WHERE status NOT IN ('cancelled', 'no_show') AND deleted_at IS NULL;
CREATE INDEX idx_client_appointments ON appointments(client_id, scheduled_start DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX idx_resource_availability ON appointment_resources(
    resource_id, allocated_start, allocated_end);
CREATE INDEX idx_resource_blocks_resource_time ON resource_blocks(
    resource_id, start_datetime, end_datetime) WHERE deleted_at IS NULL;
CREATE INDEX idx_staff_schedule ON resource_schedules(
    resource_id, day_of_week, start_time, end_time) WHERE is_active = TRUE;
CREATE INDEX idx_resources_tenant_active ON resources(tenant_id)
    WHERE is_active = TRUE AND deleted_at IS NULL;
CREATE INDEX idx_audit_logs_tenant_timestamp ON audit_logs(tenant_id, timestamp);
CREATE INDEX idx_audit_logs_table_record ON audit_logs(table_name, record_id);

CREATE FUNCTION audit_trigger_function() RETURNS TRIGGER AS $$
BEGIN
    INSERT INTO audit_logs (tenant_id, action, table_name, record_id, old_values, new_values)
    VALUES (COALESCE(NEW.tenant_id, OLD.tenant_id), TG_OP, TG_TABLE_NAME, COALESCE(NEW.id, OLD.id),
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END);
    RETURN COALESCE(NEW, OLD);
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER audit_appointments AFTER INSERT OR UPDATE OR DELETE ON appointments
    FOR EACH ROW EXECUTE FUNCTION audit_trigger_function();

-- A thing's id, the same for everybody who counts alike: kind and number.
CREATE FUNCTION numbered(kind INTEGER, number BIGINT) RETURNS UUID IMMUTABLE PARALLEL SAFE
LANGUAGE sql AS $$
    SELECT (lpad(to_hex(kind), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(number), 12, '0'))::uuid
$$;

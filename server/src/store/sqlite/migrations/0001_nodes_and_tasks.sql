-- 'bsmr': tells this database from another program's.
PRAGMA application_id = 1651731826;

CREATE TABLE schema_migrations (
    version    INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    checksum   TEXT NOT NULL,
    program    TEXT NOT NULL,
    applied_at TEXT NOT NULL
) STRICT;

-- Times are RFC 3339 texts of one length, so that they sort. `id` keeps the order of creation.
CREATE TABLE nodes (
    id                   INTEGER PRIMARY KEY,
    uuid                 TEXT NOT NULL UNIQUE,
    name                 TEXT UNIQUE,
    revision             INTEGER NOT NULL,
    driver               TEXT NOT NULL,
    instance_uuid        TEXT,
    power_state          TEXT,
    provision_state      TEXT NOT NULL,
    maintenance          INTEGER NOT NULL CHECK (maintenance IN (0, 1)),
    maintenance_reason   TEXT,
    resource_class       TEXT,
    description          TEXT,
    last_error           TEXT,
    created_at           TEXT NOT NULL,
    updated_at           TEXT,
    driver_info          TEXT NOT NULL,
    properties           TEXT NOT NULL,
    extra                TEXT NOT NULL,
    driver_internal_info TEXT NOT NULL
) STRICT;

-- A task outlives its node: whoever holds its address may still ask how it ended.
CREATE TABLE tasks (
    id             INTEGER PRIMARY KEY,
    uuid           TEXT NOT NULL UNIQUE,
    node           TEXT,
    driver         TEXT NOT NULL,
    method         TEXT NOT NULL,
    request_id     TEXT NOT NULL,
    caller         TEXT,
    server         TEXT NOT NULL,
    started_at     TEXT NOT NULL,
    finished_at    TEXT,
    state          TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
    error          TEXT,
    progress_done  INTEGER,
    progress_total INTEGER,
    progress_text  TEXT,
    CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;

CREATE INDEX tasks_node ON tasks (node, id) WHERE node IS NOT NULL;
CREATE INDEX tasks_driver ON tasks (driver, id) WHERE node IS NULL;
CREATE INDEX tasks_running ON tasks (id) WHERE state = 'running';
CREATE INDEX tasks_finished_at ON tasks (finished_at) WHERE finished_at IS NOT NULL;

-- What `health` writes.
CREATE TABLE pulse (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    beats   INTEGER NOT NULL
) STRICT;
INSERT INTO pulse (id, beats) VALUES (1, 0);

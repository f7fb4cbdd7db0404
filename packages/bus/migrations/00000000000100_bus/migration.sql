-- Outbox, inbox, tasks and commands of one service. No personal data beyond ids and codes, so no row level security;
-- who may touch which table is in the grants at the end.
CREATE SCHEMA bus;

CREATE TABLE bus.outbox (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id       uuid NOT NULL UNIQUE,
  aggregate_id   uuid NOT NULL,
  sequence       int NOT NULL CHECK (sequence > 0),
  type           text NOT NULL,
  payload        jsonb NOT NULL,
  actor_id       uuid,
  -- AMQP has room for so many bytes, and an event that cannot be sent would stop all behind it.
  correlation_id text CHECK (octet_length(correlation_id) <= 255),
  traceparent    text,
  occurred_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (aggregate_id, sequence)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- What was published, for replay after a broker lost its disk. Daily partitions, see bus.rotate_event_log().
CREATE TABLE bus.event_log (
  id             bigint NOT NULL,
  event_id       uuid NOT NULL,
  aggregate_id   uuid NOT NULL,
  sequence       int NOT NULL,
  type           text NOT NULL,
  payload        jsonb NOT NULL,
  actor_id       uuid,
  correlation_id text,
  traceparent    text,
  occurred_at    timestamptz NOT NULL
) PARTITION BY RANGE (occurred_at);
CREATE TABLE bus.event_log_default PARTITION OF bus.event_log DEFAULT;
CREATE INDEX event_log_by_time ON bus.event_log (occurred_at, id);

CREATE TABLE bus.inbox (
  event_id        uuid PRIMARY KEY,
  aggregate_id    uuid NOT NULL,
  seq             bigint GENERATED ALWAYS AS IDENTITY,
  status          text NOT NULL DEFAULT 'done' CHECK (status IN ('done', 'parked', 'dropped')),
  attempts        int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  error           text,
  message         jsonb,
  received_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inbox_parked ON bus.inbox (aggregate_id, seq) WHERE status = 'parked';
CREATE INDEX inbox_due ON bus.inbox (next_attempt_at) WHERE status = 'parked';

-- Attempts at events that may be what kills the process: counted before each, see careful.ts.
CREATE TABLE bus.suspect (
  event_id uuid PRIMARY KEY,
  attempts int NOT NULL DEFAULT 1,
  at       timestamptz NOT NULL DEFAULT now()
);

-- Who let a parked event run again or gave it up, and why. Rows are only ever added.
CREATE TABLE bus.parked_action (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL,
  action   text NOT NULL CHECK (action IN ('redrive', 'drop')),
  who      text NOT NULL,
  why      text NOT NULL,
  at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bus.task (
  key      text PRIMARY KEY,
  kind     text NOT NULL,
  payload  jsonb NOT NULL,
  due_at   timestamptz NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  error    text
);
CREATE INDEX task_due ON bus.task (due_at);

-- Makes the log's partitions of today and the next three days, and drops what is older than thirty days. Runs with its
-- owner's rights, as the relay may call it and must not own tables. A day whose rows are already in the default
-- partition (nobody called for days) stays there and is emptied row by row.
CREATE FUNCTION bus.rotate_event_log() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bus AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  day date;
  old text;
BEGIN
  FOR day IN SELECT today + n FROM generate_series(0, 3) AS n LOOP
    CONTINUE WHEN to_regclass('bus.event_log_' || to_char(day, 'YYYYMMDD')) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE TABLE bus.event_log_%s PARTITION OF bus.event_log FOR VALUES FROM (%L) TO (%L)',
        to_char(day, 'YYYYMMDD'), day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    EXCEPTION WHEN check_violation OR duplicate_table THEN NULL;
    END;
  END LOOP;
  FOR old IN SELECT relname FROM pg_class WHERE relnamespace = 'bus'::regnamespace AND relkind = 'r'
      AND relname ~ '^event_log_\d{8}$' AND relname < 'event_log_' || to_char(today - 30, 'YYYYMMDD') LOOP
    EXECUTE format('DROP TABLE bus.%I', old);
  END LOOP;
  DELETE FROM bus.event_log_default WHERE occurred_at < today - 30;
END
$$;
REVOKE EXECUTE ON FUNCTION bus.rotate_event_log() FROM PUBLIC;
SELECT bus.rotate_event_log();

-- One row per idempotency key and person: the same key with the same content gets the first answer for ever.
CREATE TABLE bus.command (
  actor_id    uuid NOT NULL,
  key         uuid NOT NULL,
  name        text NOT NULL,
  fingerprint text NOT NULL,
  result      jsonb,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (actor_id, key)
);

GRANT USAGE ON SCHEMA bus TO carethread_app, carethread_worker, carethread_relay;
GRANT INSERT ON bus.outbox TO carethread_app, carethread_worker;
GRANT SELECT, DELETE ON bus.outbox TO carethread_relay;
GRANT SELECT, INSERT ON bus.event_log TO carethread_relay;
GRANT EXECUTE ON FUNCTION bus.rotate_event_log() TO carethread_relay;
GRANT SELECT, INSERT, UPDATE, DELETE ON bus.inbox, bus.suspect TO carethread_worker;
GRANT SELECT, INSERT ON bus.parked_action TO carethread_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON bus.task TO carethread_worker;
GRANT INSERT, DELETE ON bus.task TO carethread_app;
GRANT SELECT (key) ON bus.task TO carethread_app;
GRANT SELECT, INSERT ON bus.command TO carethread_app;
GRANT UPDATE (result) ON bus.command TO carethread_app;

-- Who read and wrote personal data here (FHIR AuditEvent, IHE BALP). Ids and codes only. Rows are only ever added; a hash
-- chain beside them shows whether that is still so (ADR 24).
CREATE SCHEMA audit;

CREATE FUNCTION access.membership_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.membership_id', true), '')::uuid;
CREATE FUNCTION access.has_permission(permission text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN permission = ANY (string_to_array(current_setting('app.permissions', true), ','));

-- One row for each patient and kind of thing that one answer held, or one statement wrote.
CREATE TABLE audit.access (
  number          bigint GENERATED ALWAYS AS IDENTITY,
  -- The transaction that wrote it. Numbers are given before the commit, so what is new is found by this.
  xid             xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at              timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  request_id      text CHECK (octet_length(request_id) <= 200),
  -- The person whose rights were used; null for the service itself.
  user_id         uuid,
  membership_id   uuid,
  organisation_id uuid,
  role            text,
  -- Who really acted, where that is somebody else.
  proxy_id        uuid,
  client_id       uuid,
  -- The emergency access by which it was possible.
  emergency_id    uuid,
  -- Create, read, update, delete: AuditEvent.action.
  action          text NOT NULL CHECK (action IN ('C', 'R', 'U', 'D')),
  kind            text NOT NULL,
  entity_ids      uuid[] NOT NULL,
  -- Null where nobody is known to be the patient, as with a refusal.
  patient_id      uuid,
  -- HL7 v3 ActReason, see audit.purpose_of.
  purpose         text NOT NULL,
  door            text NOT NULL CHECK (door IN ('query', 'live', 'download', 'write')),
  -- AuditEvent.outcome: 0 done, 4 there is none or it is not theirs.
  outcome         smallint NOT NULL DEFAULT 0 CHECK (outcome IN (0, 4)),
  PRIMARY KEY (xid, number)
);
CREATE INDEX access_of_patient ON audit.access (patient_id, number);

-- The chain: each row's place in it, and the SHA-256 of the hash before it and the row.
CREATE TABLE audit.link (
  position bigint PRIMARY KEY CHECK (position > 0),
  number   bigint NOT NULL UNIQUE,
  hash     bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- How far the chain went at some moments. Each was told to others as well.
CREATE TABLE audit.seal (
  number   int PRIMARY KEY CHECK (number > 0),
  position bigint NOT NULL,
  hash     bytea NOT NULL,
  -- All rows of earlier transactions are in the chain.
  horizon  xid8 NOT NULL,
  at       timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- What other services told of their chains: whoever cuts off the end of one has not cut it off here.
CREATE TABLE audit.witness (
  service  text NOT NULL,
  seal     int NOT NULL,
  position bigint NOT NULL,
  hash     bytea NOT NULL,
  at       timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (service, seal)
);

-- Why somebody accessed something, as far as who they are to it says so.
CREATE FUNCTION audit.purpose_of(patient uuid, person uuid, role text, emergency uuid, kind text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN person IS NULL THEN 'HOPERAT'
    WHEN emergency IS NOT NULL THEN 'ETREAT'
    WHEN patient = person THEN 'PATRQT'
    WHEN kind LIKE 'Payment%' THEN 'HPAYMT'
    WHEN role IN ('doctor', 'pharmacist') THEN 'TREAT'
    ELSE 'HOPERAT' END;

-- From now on every write to the table is on record, by whomever, in its own transaction: one row for each statement and
-- patient. `id` and `patient` are expressions over a row of it, called `changed`. Called by services' migrations.
CREATE PROCEDURE audit.watch(watched regclass, kind text, id text, patient text) LANGUAGE plpgsql AS $$
DECLARE
  operation text;
  name text;
BEGIN
  FOREACH operation IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
    name := format('%s_%s', replace(watched::text, '.', '_'), lower(operation));
    EXECUTE format($body$
      CREATE FUNCTION audit.%1$I() RETURNS trigger LANGUAGE plpgsql AS $function$
      BEGIN
        INSERT INTO audit.access (request_id, user_id, membership_id, organisation_id, role, proxy_id, client_id,
          emergency_id, action, kind, entity_ids, patient_id, purpose, door)
        SELECT nullif(current_setting('app.request_id', true), ''), access.user_id(), access.membership_id(),
          access.organisation_id(), access.role(), access.proxy_id(),
          nullif(current_setting('app.client_id', true), '')::uuid, access.emergency_id(), %2$L, %3$L, array_agg(id), patient,
          audit.purpose_of(patient, access.user_id(), access.role(), access.emergency_id(), %3$L), 'write'
        FROM (SELECT %4$s AS id, %5$s AS patient FROM changed) AS changes
        GROUP BY patient;
        RETURN NULL;
      END
      $function$;
      CREATE TRIGGER audited_%6$s AFTER %7$s ON %8$s REFERENCING %9$s TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION audit.%1$I();
      $body$, name, left(replace(operation, 'INSERT', 'CREATE'), 1), kind, id, patient, lower(operation), operation,
      watched, CASE operation WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END);
  END LOOP;
END
$$;

ALTER TABLE audit.access ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit.link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit.seal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit.witness ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Written by whoever acts; read by the patient it is about, and by who reviews accesses.
CREATE POLICY anybody_adds ON audit.access FOR INSERT TO carethread_app WITH CHECK (true);
-- Functions that run with the owner's rights, and whoever sets an installation up.
CREATE POLICY owner_adds ON audit.access FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY own ON audit.access FOR SELECT TO carethread_app USING (patient_id = (SELECT access.user_id()));
CREATE POLICY reviewers ON audit.access FOR SELECT TO carethread_app USING ((SELECT access.has_permission('ReviewAudit')));
CREATE POLICY worker ON audit.access TO carethread_worker USING (true);
CREATE POLICY worker ON audit.link TO carethread_worker USING (true);
CREATE POLICY worker ON audit.seal TO carethread_worker USING (true);
CREATE POLICY worker ON audit.witness TO carethread_worker USING (true);

GRANT USAGE ON SCHEMA audit TO carethread_app, carethread_worker;
-- Not number, xid and at: nobody says when they did something. No UPDATE, DELETE or TRUNCATE for anybody.
GRANT INSERT (request_id, user_id, membership_id, organisation_id, role, proxy_id, client_id, emergency_id, action, kind,
  entity_ids, patient_id, purpose, door, outcome) ON audit.access TO carethread_app, carethread_worker;
GRANT SELECT ON audit.access TO carethread_app, carethread_worker;
GRANT SELECT, INSERT ON audit.link, audit.seal, audit.witness TO carethread_worker;

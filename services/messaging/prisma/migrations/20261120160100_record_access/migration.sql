-- Who accessed whose record, in every service: a copy of what their audits say, for the people it is about. One row for
-- what one person did with one patient's things of one kind within an hour.
CREATE TABLE record_access (
  -- Derived from patient, person, organisation, role, proxy, action, kind, purpose and hour: news of the same finds it.
  id              uuid PRIMARY KEY,
  patient_id      uuid NOT NULL,
  -- Null: the platform itself, because of something somebody did before.
  user_id         uuid,
  organisation_id uuid,
  role            text,
  proxy_id        uuid,
  by_whom         text NOT NULL CHECK (by_whom IN ('person', 'self', 'system')),
  action          text NOT NULL CHECK (action IN ('C', 'R', 'U', 'D')),
  kind            text NOT NULL,
  purpose         text NOT NULL,
  times           int NOT NULL CHECK (times > 0),
  -- Of what, at most twenty.
  entity_ids      uuid[] NOT NULL,
  first_at        timestamptz(3) NOT NULL,
  last_at         timestamptz(3) NOT NULL,
  UNIQUE (id, patient_id)
) WITH (fillfactor = 80);
CREATE INDEX record_access_of_patient ON record_access (patient_id, first_at DESC, id DESC);

-- Who may answer for accesses: holders of ReviewAudit.
CREATE TABLE audit_officer (
  membership_id   uuid PRIMARY KEY,
  user_id         uuid NOT NULL,
  organisation_id uuid NOT NULL
);

-- A patient's question about an access: who answers it, on which ticket.
CREATE TABLE access_question (
  ticket_id       uuid PRIMARY KEY,
  access_id       uuid NOT NULL UNIQUE,
  patient_id      uuid NOT NULL,
  officer_id      uuid NOT NULL,
  organisation_id uuid NOT NULL,
  asked_at        timestamptz(3) NOT NULL,
  -- Nobody can question an access to somebody else's record.
  FOREIGN KEY (access_id, patient_id) REFERENCES record_access (id, patient_id)
);
CREATE INDEX access_question_of_officer ON access_question (officer_id, ticket_id);
CREATE INDEX access_question_of_patient ON access_question (patient_id);

ALTER TABLE record_access ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE access_question ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON record_access FOR SELECT TO carethread_app USING (patient_id = (SELECT access.user_id()));
-- Whoever answers for accesses sees those that were questioned, and no others.
CREATE POLICY questioned ON record_access FOR SELECT TO carethread_app USING (
  (SELECT access.has_permission('ReviewAudit'))
  AND (SELECT true FROM access_question q WHERE q.access_id = record_access.id));
CREATE POLICY own ON access_question FOR SELECT TO carethread_app USING (patient_id = (SELECT access.user_id()));
CREATE POLICY officers ON access_question FOR SELECT TO carethread_app
  USING ((SELECT access.has_permission('ReviewAudit')));
CREATE POLICY asking ON access_question FOR INSERT TO carethread_app
  WITH CHECK (patient_id = (SELECT access.user_id()));
CREATE POLICY worker ON record_access TO carethread_worker USING (true);
CREATE POLICY worker ON access_question TO carethread_worker USING (true);

GRANT SELECT ON record_access, audit_officer TO carethread_app;
GRANT SELECT, INSERT ON access_question TO carethread_app;
GRANT SELECT, INSERT, UPDATE ON record_access TO carethread_worker;
GRANT SELECT ON access_question TO carethread_worker;
GRANT SELECT, INSERT, DELETE ON audit_officer TO carethread_worker;
-- Who answers is no secret to whoever may ask.
ALTER TABLE audit_officer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY signed_in ON audit_officer FOR SELECT TO carethread_app USING ((SELECT access.user_id()) IS NOT NULL);
CREATE POLICY worker ON audit_officer TO carethread_worker USING (true);

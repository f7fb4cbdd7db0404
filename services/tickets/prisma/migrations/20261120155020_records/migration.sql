-- The person who really acted, where that was a proxy of the actor.
ALTER TABLE timeline_entry ADD COLUMN proxy_id uuid;

-- Copies of identity's: which clinics a patient shares the record with, and who has opened which record in an emergency.
CREATE TABLE shared_record (
  patient_id      uuid NOT NULL,
  organisation_id uuid NOT NULL,
  given           boolean NOT NULL,
  -- Number of the decision.
  sequence        int NOT NULL,
  PRIMARY KEY (patient_id, organisation_id)
);
CREATE INDEX shared_record_with ON shared_record (organisation_id);
CREATE TABLE emergency_access (
  id         uuid PRIMARY KEY,
  patient_id uuid NOT NULL,
  holder_id  uuid NOT NULL,
  ends_at    timestamptz(3) NOT NULL,
  ended      boolean NOT NULL
);
CREATE INDEX emergency_access_of ON emergency_access (holder_id);

ALTER TABLE shared_record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE emergency_access ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY with_us ON shared_record FOR SELECT TO carethread_app USING (
  organisation_id = (SELECT access.organisation_id()) AND (SELECT access.role()) = 'doctor');
CREATE POLICY own ON emergency_access FOR SELECT TO carethread_app USING (holder_id = (SELECT access.user_id()));
CREATE POLICY everything ON shared_record TO carethread_worker USING (true);
CREATE POLICY everything ON emergency_access TO carethread_worker USING (true);
GRANT SELECT ON shared_record, emergency_access TO carethread_app;
GRANT SELECT, INSERT, UPDATE ON shared_record, emergency_access TO carethread_worker;

-- The patient whose record this token opens, while it lasts.
CREATE FUNCTION access.emergency_patient() RETURNS uuid LANGUAGE sql STABLE
  RETURN (SELECT e.patient_id FROM emergency_access e
    WHERE e.id = access.emergency_id() AND e.holder_id = access.user_id() AND NOT e.ended AND e.ends_at > now());

-- Beside the parties: doctors of a clinic the patient shares the record with, and who has opened it in an emergency.
-- They read; nobody changes anything by it. A scalar subquery, so that it is one look into an index, and only for
-- tickets that are not the doctor's own.
ALTER POLICY parties_read ON ticket USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN patient_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
      OR status <> 'created' AND (SELECT s.given FROM shared_record s WHERE s.patient_id = ticket.patient_id
                                  AND s.organisation_id = (SELECT access.organisation_id()))
    WHEN 'pharmacist' THEN pharmacy_id = (SELECT access.organisation_id()) AND status <> 'created'
    WHEN 'emergency' THEN patient_id = (SELECT access.emergency_patient()) AND status <> 'created'
    ELSE false END);

-- Seeing a ticket is no longer enough to write on its timeline.
ALTER POLICY with_ticket_write ON timeline_entry WITH CHECK ((SELECT
  CASE (SELECT access.role())
    WHEN 'patient' THEN ticket.patient_id = (SELECT access.user_id())
    WHEN 'doctor' THEN ticket.doctor_id = (SELECT access.user_id())
    WHEN 'pharmacist' THEN ticket.pharmacy_id = (SELECT access.organisation_id())
    ELSE false END
  FROM ticket WHERE ticket.id = ticket_id));

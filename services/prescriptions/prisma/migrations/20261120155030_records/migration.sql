-- Copies of identity's: which clinics a patient shares the record with, who has opened which record in an emergency, and
-- who may fetch medicines in a patient's place.
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
CREATE TABLE delegation (
  id          uuid PRIMARY KEY,
  patient_id  uuid NOT NULL,
  delegate_id uuid NOT NULL,
  scopes      text[] NOT NULL,
  ends_at     timestamptz(3) NOT NULL,
  ended       boolean NOT NULL
);
CREATE INDEX delegation_of ON delegation (patient_id, delegate_id);

ALTER TABLE shared_record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE emergency_access ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE delegation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY with_us ON shared_record FOR SELECT TO carethread_app USING (
  organisation_id = (SELECT access.organisation_id()) AND (SELECT access.role()) = 'doctor');
CREATE POLICY own ON emergency_access FOR SELECT TO carethread_app USING (holder_id = (SELECT access.user_id()));
-- The patient, and a pharmacy that has a ticket of theirs: it has to know to whom it may hand over.
CREATE POLICY care ON delegation FOR SELECT TO carethread_app USING (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR ((SELECT access.role()) = 'pharmacist'
      AND EXISTS (SELECT 1 FROM ticket t WHERE t.patient_id = delegation.patient_id)));
CREATE POLICY everything ON shared_record TO carethread_worker USING (true);
CREATE POLICY everything ON emergency_access TO carethread_worker USING (true);
CREATE POLICY everything ON delegation TO carethread_worker USING (true);
GRANT SELECT ON shared_record, emergency_access, delegation TO carethread_app;
GRANT SELECT, INSERT, UPDATE ON shared_record, emergency_access, delegation TO carethread_worker;

-- Who fetched it, where that was not the patient.
ALTER TABLE dispense ADD COLUMN collected_by uuid;

-- The patient whose record this token opens, while it lasts.
CREATE FUNCTION access.emergency_patient() RETURNS uuid LANGUAGE sql STABLE
  RETURN (SELECT e.patient_id FROM emergency_access e
    WHERE e.id = access.emergency_id() AND e.holder_id = access.user_id() AND NOT e.ended AND e.ends_at > now());
-- Whether somebody without part in it reads a patient's record: a doctor of a clinic the patient shares it with, or who
-- has opened it in an emergency.
CREATE FUNCTION access.reads_record(patient uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN CASE access.role()
    WHEN 'doctor' THEN (SELECT s.given FROM shared_record s WHERE s.patient_id = patient
                        AND s.organisation_id = access.organisation_id())
    WHEN 'emergency' THEN patient = access.emergency_patient() END;

-- What they read: all that was signed, and what is known about the patient.
CREATE POLICY record ON prescription FOR SELECT TO carethread_app USING (
  (SELECT access.role()) IN ('doctor', 'emergency') AND signed_at IS NOT NULL AND access.reads_record(patient_id));
CREATE POLICY record ON fill FOR SELECT TO carethread_app USING (
  (SELECT access.role()) IN ('doctor', 'emergency') AND access.reads_record(patient_id));
CREATE POLICY record ON dispense FOR SELECT TO carethread_app USING (
  (SELECT access.role()) IN ('doctor', 'emergency') AND access.reads_record(patient_id));
CREATE POLICY record ON patient_profile FOR SELECT TO carethread_app USING (
  (SELECT access.role()) IN ('doctor', 'emergency') AND access.reads_record(patient_id));
CREATE POLICY record ON medicine FOR SELECT TO carethread_app USING (
  (SELECT access.role()) IN ('doctor', 'emergency') AND access.reads_record(patient_id));

-- What is being written stays the doctor's alone, now that other doctors may see the prescription.
ALTER POLICY frozen ON prescription_line USING (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id
          AND (prescription_line.content_version <= p.content_version
               OR ((SELECT access.role()) = 'doctor' AND p.doctor_id = (SELECT access.user_id())))));

-- Seeing is no longer enough to write: what hangs on a fill, a prescription or a profile is written by its parties. A
-- pharmacy sees it only while it is one.
CREATE FUNCTION access.is_party(patient uuid, doctor uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE access.role() WHEN 'patient' THEN patient = access.user_id() WHEN 'doctor' THEN doctor = access.user_id()
    WHEN 'pharmacist' THEN true ELSE false END;
CREATE POLICY parties_only ON fill_line AS RESTRICTIVE FOR UPDATE TO carethread_app USING (
  EXISTS (SELECT 1 FROM fill WHERE fill.id = fill_id AND access.is_party(fill.patient_id, fill.doctor_id)));
CREATE POLICY parties_only_new ON fill_line AS RESTRICTIVE FOR INSERT TO carethread_app WITH CHECK (
  EXISTS (SELECT 1 FROM fill WHERE fill.id = fill_id AND access.is_party(fill.patient_id, fill.doctor_id)));
CREATE POLICY parties_only_new ON preparation AS RESTRICTIVE FOR INSERT TO carethread_app WITH CHECK (
  EXISTS (SELECT 1 FROM fill WHERE fill.id = fill_id AND access.is_party(fill.patient_id, fill.doctor_id)));
CREATE POLICY parties_only_gone ON preparation AS RESTRICTIVE FOR DELETE TO carethread_app USING (
  EXISTS (SELECT 1 FROM fill WHERE fill.id = fill_id AND access.is_party(fill.patient_id, fill.doctor_id)));
CREATE POLICY pharmacy_only_new ON dispense_item AS RESTRICTIVE FOR INSERT TO carethread_app WITH CHECK (
  (SELECT access.role()) = 'pharmacist');
CREATE POLICY parties_only_new ON medicine AS RESTRICTIVE FOR INSERT TO carethread_app WITH CHECK (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id AND access.is_party(p.patient_id, p.doctor_id)));
CREATE POLICY parties_only ON medicine AS RESTRICTIVE FOR UPDATE TO carethread_app USING (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id AND access.is_party(p.patient_id, p.doctor_id)));

CREATE FUNCTION access.keeps_profile(patient uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN CASE access.role()
    WHEN 'patient' THEN patient = access.user_id()
    WHEN 'doctor' THEN EXISTS (SELECT FROM ticket t WHERE t.patient_id = patient
      AND t.status IN ('created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked'))
    ELSE false END;
CREATE POLICY keepers_only_new ON patient_allergy AS RESTRICTIVE FOR INSERT TO carethread_app
  WITH CHECK (access.keeps_profile(patient_id));
CREATE POLICY keepers_only ON patient_allergy AS RESTRICTIVE FOR UPDATE TO carethread_app
  USING (access.keeps_profile(patient_id));
CREATE POLICY keepers_only_new ON patient_condition AS RESTRICTIVE FOR INSERT TO carethread_app
  WITH CHECK (access.keeps_profile(patient_id));
CREATE POLICY keepers_only ON patient_condition AS RESTRICTIVE FOR UPDATE TO carethread_app
  USING (access.keeps_profile(patient_id));

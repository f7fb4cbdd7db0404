-- A doctor or pharmacist without part in it opens a patient's record: with a reason, for a while, seen by the patient,
-- judged afterwards.
CREATE TABLE emergency_accesses (
  id              uuid PRIMARY KEY,
  patient_id      uuid NOT NULL REFERENCES users,
  holder_id       uuid NOT NULL REFERENCES users CHECK (holder_id <> patient_id),
  organisation_id uuid NOT NULL REFERENCES organisations,
  reason          text NOT NULL CHECK (reason IN ('life_threatening', 'unconscious', 'urgent_treatment', 'other')),
  text            text NOT NULL CHECK (char_length(text) BETWEEN 10 AND 1000),
  opened_at       timestamptz(3) NOT NULL,
  -- Set once: there is no right to move it on. An earlier end is in ended_at.
  ends_at         timestamptz(3) NOT NULL CHECK (ends_at > opened_at),
  ended_at        timestamptz(3),
  finding         text CHECK (finding IN ('justified', 'not_justified')),
  finding_text    text CHECK (char_length(finding_text) BETWEEN 3 AND 1000),
  reviewed_by     uuid REFERENCES users CHECK (reviewed_by <> holder_id),
  reviewed_at     timestamptz(3),
  version         int NOT NULL DEFAULT 1,
  CHECK (num_nonnulls(finding, finding_text, reviewed_by, reviewed_at) IN (0, 4))
);
CREATE INDEX emergency_accesses_of_patient ON emergency_accesses (patient_id, id);
CREATE INDEX emergency_accesses_of_holder ON emergency_accesses (holder_id, opened_at);
CREATE INDEX emergency_accesses_to_review ON emergency_accesses (id) WHERE finding IS NULL;

ALTER TABLE emergency_accesses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON emergency_accesses TO CURRENT_USER USING (true);
CREATE POLICY patient ON emergency_accesses FOR SELECT TO carethread_app
  USING (patient_id = (SELECT access.user_id()));
CREATE POLICY holder ON emergency_accesses TO carethread_app
  USING (holder_id = (SELECT access.user_id()) AND (SELECT access.proxy_id()) IS NULL);
CREATE POLICY reviewer_reads ON emergency_accesses FOR SELECT TO carethread_app
  USING ((SELECT access.holds('ReviewEmergencyAccess')));
CREATE POLICY reviewer_judges ON emergency_accesses FOR UPDATE TO carethread_app
  USING ((SELECT access.holds('ReviewEmergencyAccess')) AND holder_id <> (SELECT access.user_id()));
-- A patient who takes the consent back ends what is open.
CREATE POLICY patient_ends ON emergency_accesses FOR UPDATE TO carethread_app
  USING (patient_id = (SELECT access.person_id()));
GRANT SELECT, INSERT, UPDATE (ended_at, finding, finding_text, reviewed_by, reviewed_at, version)
  ON emergency_accesses TO carethread_app;

-- Whether there is such a patient. Whoever asks knows an id that is random; a name they learn only by opening.
CREATE FUNCTION access.is_patient(person uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  RETURN EXISTS (SELECT FROM public.memberships m WHERE m.user_id = person AND m.role = 'patient');
REVOKE EXECUTE ON FUNCTION access.is_patient FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.is_patient TO carethread_app;

-- The patient of the emergency access this token is for, while it lasts.
CREATE FUNCTION access.emergency_patient() RETURNS uuid LANGUAGE sql STABLE
  RETURN (SELECT e.patient_id FROM emergency_accesses e
    WHERE e.id = access.emergency_id() AND e.holder_id = access.user_id() AND e.ended_at IS NULL AND e.ends_at > now());
CREATE POLICY emergency ON users FOR SELECT TO carethread_app
  USING (id = (SELECT access.emergency_patient()));

-- What a patient agreed to, and when: every decision is kept, the newest of a consent counts.
CREATE TABLE consent_decisions (
  -- Of the patient, the kind and, for sharing, the organisation: the same for all decisions about it.
  consent_id      uuid NOT NULL,
  number          int NOT NULL CHECK (number > 0),
  patient_id      uuid NOT NULL REFERENCES users,
  kind            text NOT NULL CHECK (kind IN ('share_record', 'recording', 'ai', 'emergency_access')),
  organisation_id uuid REFERENCES organisations,
  given           boolean NOT NULL,
  -- Of the words that were shown.
  text_version    text NOT NULL CHECK (char_length(text_version) BETWEEN 1 AND 40),
  decided_by      uuid NOT NULL REFERENCES users,
  decided_at      timestamptz(3) NOT NULL,
  PRIMARY KEY (consent_id, number),
  CHECK ((kind = 'share_record') = (organisation_id IS NOT NULL))
);
CREATE INDEX consent_decisions_of_patient ON consent_decisions (patient_id, consent_id, number);

ALTER TABLE consent_decisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON consent_decisions TO CURRENT_USER USING (true);
-- The patient's own business: no proxy, no clinic, no administrator.
CREATE POLICY patient ON consent_decisions TO carethread_app
  USING (patient_id = (SELECT access.person_id()));
-- No UPDATE and no DELETE for anybody: the history is only ever added to.
GRANT SELECT, INSERT ON consent_decisions TO carethread_app;

CREATE FUNCTION access.consents(patient uuid, wanted text, by_default boolean) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  RETURN coalesce((SELECT d.given FROM public.consent_decisions d
    WHERE d.patient_id = patient AND d.kind = wanted ORDER BY d.number DESC LIMIT 1), by_default);
REVOKE EXECUTE ON FUNCTION access.consents FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.consents TO carethread_app;

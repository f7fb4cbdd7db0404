-- Who may see and do what. The tables' owner owns no right to their rows; each policy names the party it is for.
ALTER TABLE membership        ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE ticket            ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE patient_profile   ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE patient_allergy   ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE patient_condition ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE prescription      ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE prescription_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE signed_content    ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE screening         ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE finding_override  ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE fill              ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE fill_line         ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE preparation       ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE dispense          ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE dispense_item     ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE medicine          ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON membership FOR SELECT TO carethread_app USING (user_id = (SELECT access.user_id()));

-- As tickets has it: patient and doctor always, each in that role only; the chosen pharmacy once it was sent.
CREATE POLICY parties ON ticket FOR SELECT TO carethread_app USING (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR (doctor_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'doctor')
  OR (pharmacy_id = (SELECT access.organisation_id()) AND (SELECT access.role()) = 'pharmacist'
      AND status <> 'created'));

-- A pharmacist has the fills whose ticket the pharmacy has.
CREATE POLICY parties ON fill TO carethread_app USING (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR (doctor_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'doctor')
  OR ((SELECT access.role()) = 'pharmacist'
      AND EXISTS (SELECT 1 FROM ticket WHERE ticket.id = fill.ticket_id)));

-- The doctor from the first draft on, the patient once it is signed, the pharmacy once it is released.
CREATE POLICY parties_read ON prescription FOR SELECT TO carethread_app USING (
  (doctor_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'doctor')
  OR (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient' AND signed_at IS NOT NULL)
  OR ((SELECT access.role()) = 'pharmacist' AND released_at IS NOT NULL
      AND EXISTS (SELECT 1 FROM fill WHERE fill.prescription_id = prescription.id)));
CREATE POLICY parties_change ON prescription FOR UPDATE TO carethread_app USING (
  (doctor_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'doctor')
  OR (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient' AND signed_at IS NOT NULL)
  OR ((SELECT access.role()) = 'pharmacist' AND released_at IS NOT NULL
      AND EXISTS (SELECT 1 FROM fill WHERE fill.prescription_id = prescription.id)));
CREATE POLICY doctor_begins ON prescription FOR INSERT TO carethread_app WITH CHECK (
  doctor_id = (SELECT access.user_id()) AND clinic_id = (SELECT access.organisation_id())
  AND (SELECT access.role()) = 'doctor');

-- What is being written is the doctor's alone; only that can be changed.
CREATE POLICY frozen ON prescription_line FOR SELECT TO carethread_app USING (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id
          AND (prescription_line.content_version <= p.content_version OR (SELECT access.role()) = 'doctor')));
CREATE POLICY written ON prescription_line FOR INSERT TO carethread_app WITH CHECK (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())
          AND (prescription_line.content_version > p.content_version OR p.signed_at IS NULL)));
CREATE POLICY dropped ON prescription_line FOR DELETE TO carethread_app USING (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())
          AND (prescription_line.content_version > p.content_version OR p.signed_at IS NULL)));

CREATE POLICY with_prescription ON signed_content FOR SELECT TO carethread_app
  USING (EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id));
CREATE POLICY doctor_writes ON signed_content FOR INSERT TO carethread_app WITH CHECK (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())));
CREATE POLICY with_prescription ON screening FOR SELECT TO carethread_app
  USING (EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id));
CREATE POLICY doctor_writes ON screening FOR INSERT TO carethread_app WITH CHECK (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())));
CREATE POLICY with_prescription ON finding_override FOR SELECT TO carethread_app
  USING (EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id));
CREATE POLICY doctor_writes ON finding_override FOR INSERT TO carethread_app WITH CHECK (
  EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())));

CREATE POLICY with_fill ON fill_line TO carethread_app
  USING (EXISTS (SELECT 1 FROM fill WHERE fill.id = fill_id));
CREATE POLICY with_fill ON preparation TO carethread_app
  USING (EXISTS (SELECT 1 FROM fill WHERE fill.id = fill_id));

-- A pharmacy keeps its own record of what it handed over, also when the ticket is another's by now.
CREATE POLICY parties ON dispense FOR SELECT TO carethread_app USING (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR (doctor_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'doctor')
  OR (pharmacy_id = (SELECT access.organisation_id()) AND (SELECT access.role()) = 'pharmacist'));
CREATE POLICY pharmacy_hands_over ON dispense FOR INSERT TO carethread_app WITH CHECK (
  pharmacy_id = (SELECT access.organisation_id()) AND (SELECT access.role()) = 'pharmacist'
  AND EXISTS (SELECT 1 FROM fill WHERE fill.id = fill_id));
CREATE POLICY with_dispense ON dispense_item TO carethread_app
  USING (EXISTS (SELECT 1 FROM dispense WHERE dispense.id = dispense_id));

-- The patient, and whoever has a ticket with the patient that is not over.
CREATE POLICY care ON patient_profile FOR SELECT TO carethread_app USING (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR EXISTS (SELECT 1 FROM ticket t WHERE t.patient_id = patient_profile.patient_id
             AND t.status IN ('created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked')));
CREATE POLICY record_new ON patient_profile FOR INSERT TO carethread_app WITH CHECK (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR ((SELECT access.role()) = 'doctor'
      AND EXISTS (SELECT 1 FROM ticket t WHERE t.patient_id = patient_profile.patient_id
                  AND t.status IN ('created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked'))));
CREATE POLICY record_change ON patient_profile FOR UPDATE TO carethread_app USING (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR ((SELECT access.role()) = 'doctor'
      AND EXISTS (SELECT 1 FROM ticket t WHERE t.patient_id = patient_profile.patient_id
                  AND t.status IN ('created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked'))));
-- Rows of the profile go with it: what somebody may see or change there, here too.
CREATE POLICY with_profile ON patient_allergy TO carethread_app
  USING (EXISTS (SELECT 1 FROM patient_profile p WHERE p.patient_id = patient_allergy.patient_id))
  WITH CHECK (EXISTS (SELECT 1 FROM patient_profile p WHERE p.patient_id = patient_allergy.patient_id)
              AND (SELECT access.role()) IN ('patient', 'doctor'));
CREATE POLICY with_profile ON patient_condition TO carethread_app
  USING (EXISTS (SELECT 1 FROM patient_profile p WHERE p.patient_id = patient_condition.patient_id))
  WITH CHECK (EXISTS (SELECT 1 FROM patient_profile p WHERE p.patient_id = patient_condition.patient_id)
              AND (SELECT access.role()) IN ('patient', 'doctor'));

CREATE POLICY care ON medicine FOR SELECT TO carethread_app USING (
  (patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient')
  OR (doctor_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'doctor')
  OR EXISTS (SELECT 1 FROM ticket t WHERE t.patient_id = medicine.patient_id
             AND t.status IN ('created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked')));
CREATE POLICY with_prescription ON medicine FOR INSERT TO carethread_app
  WITH CHECK (EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id));
CREATE POLICY with_prescription_change ON medicine FOR UPDATE TO carethread_app
  USING (EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id));

-- Event handlers and timers work for everybody.
CREATE POLICY everything ON membership        TO carethread_worker USING (true);
CREATE POLICY everything ON ticket            TO carethread_worker USING (true);
CREATE POLICY everything ON patient_profile   TO carethread_worker USING (true);
CREATE POLICY everything ON patient_allergy   TO carethread_worker USING (true);
CREATE POLICY everything ON patient_condition TO carethread_worker USING (true);
CREATE POLICY everything ON prescription      TO carethread_worker USING (true);
CREATE POLICY everything ON prescription_line TO carethread_worker USING (true);
CREATE POLICY everything ON signed_content    TO carethread_worker USING (true);
CREATE POLICY everything ON screening         TO carethread_worker USING (true);
CREATE POLICY everything ON finding_override  TO carethread_worker USING (true);
CREATE POLICY everything ON fill              TO carethread_worker USING (true);
CREATE POLICY everything ON fill_line         TO carethread_worker USING (true);
CREATE POLICY everything ON preparation       TO carethread_worker USING (true);
CREATE POLICY everything ON dispense          TO carethread_worker USING (true);
CREATE POLICY everything ON dispense_item     TO carethread_worker USING (true);
CREATE POLICY everything ON medicine          TO carethread_worker USING (true);

GRANT SELECT ON organisation, membership, ticket, patient_profile, patient_allergy, patient_condition, prescription,
  prescription_line, signed_content, screening, finding_override, fill, fill_line, preparation, dispense, dispense_item,
  medicine TO carethread_app, carethread_worker;
GRANT INSERT, UPDATE ON organisation, membership, ticket TO carethread_worker;
GRANT INSERT, UPDATE ON patient_profile TO carethread_app, carethread_worker;
GRANT INSERT ON patient_allergy, patient_condition TO carethread_app, carethread_worker;
GRANT UPDATE (ended_by, ended_at) ON patient_allergy, patient_condition TO carethread_app;
GRANT INSERT ON prescription TO carethread_app;
GRANT UPDATE (status, version, event_number, content_version, amendment_version, content_hash, signed_by, signed_at,
  valid_until, released_at, open_items, fills_used, last_handed_over_at, days_supplied, end_reason, ended_at)
  ON prescription TO carethread_app, carethread_worker;
-- What was signed stays as it was: only drafts come and go (see the policies), and only the catalog's words are added.
GRANT INSERT, DELETE ON prescription_line TO carethread_app;
GRANT DELETE ON prescription_line TO carethread_worker;
GRANT UPDATE (wording, resolved_ingredients, schedule) ON prescription_line TO carethread_worker;
GRANT INSERT ON signed_content, finding_override TO carethread_app;
GRANT INSERT ON screening TO carethread_app, carethread_worker;
GRANT UPDATE (verdict, status, release_id, judged_at) ON screening TO carethread_worker;
GRANT INSERT ON fill, fill_line TO carethread_app, carethread_worker;
GRANT UPDATE (status, version, last_dispense_id) ON fill TO carethread_app, carethread_worker;
GRANT UPDATE (prepared, handed_over, not_dispensed) ON fill_line TO carethread_app, carethread_worker;
GRANT INSERT, DELETE ON preparation TO carethread_app, carethread_worker;
GRANT INSERT, UPDATE ON medicine TO carethread_app, carethread_worker;
-- No UPDATE and no DELETE for anybody: what was handed over stays on record.
GRANT INSERT ON dispense, dispense_item TO carethread_app;

-- Who sees a renewal: the patient, and the doctor whose prescription it is. Administrators see no patient's data by
-- their role; for those who hold ApproveRenewals the worker reads (src/renewal/may-approve.ts).
ALTER TABLE renewal      ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE renewal_step ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- As CASE and not as OR, so that one index, read in the order of the list, does.
CREATE POLICY parties ON renewal FOR SELECT TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN patient_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    ELSE false END);
-- Patients ask; what becomes of it is written by the worker alone.
CREATE POLICY patient_asks ON renewal FOR INSERT TO carethread_app WITH CHECK (
  patient_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'patient'
  AND state IN ('pending_payment', 'awaiting_approval') AND decided_by IS NULL AND prescription_id IS NULL);
CREATE POLICY with_renewal ON renewal_step FOR SELECT TO carethread_app
  USING (EXISTS (SELECT 1 FROM renewal r WHERE r.id = renewal_id));
CREATE POLICY patient_asks ON renewal_step FOR INSERT TO carethread_app WITH CHECK (
  (SELECT access.role()) = 'patient' AND EXISTS (SELECT 1 FROM renewal r WHERE r.id = renewal_id));
CREATE POLICY everything ON renewal      TO carethread_worker USING (true);
CREATE POLICY everything ON renewal_step TO carethread_worker USING (true);

GRANT SELECT, INSERT ON renewal, renewal_step TO carethread_app, carethread_worker;
GRANT UPDATE (state, money, deadline, decided_by, decided_at, prescription_id, document_id, version, event_number,
  step_count) ON renewal TO carethread_worker;
-- An approved renewal is a new prescription, which the worker writes.
GRANT INSERT ON prescription, prescription_line, signed_content TO carethread_worker;

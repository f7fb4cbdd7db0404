-- Who sees and changes what. The twin of these policies in code is partiesOf() in src/ticket.ts.
ALTER TABLE ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
ALTER TABLE access_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_code FORCE ROW LEVEL SECURITY;
ALTER TABLE timeline_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE timeline_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership FORCE ROW LEVEL SECURITY;

-- The access code a pharmacist has just typed, for the current transaction only.
CREATE FUNCTION presented_access_code() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.access_code', true), '');

-- Patient and doctor always, each in that role only; the chosen pharmacy once the ticket was sent. As CASE and not as OR:
-- an OR over three columns tempts the planner into a bitmap of three indexes and a sort, where one index, read in the
-- order of the list, does.
CREATE POLICY parties_read ON ticket FOR SELECT TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN patient_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    WHEN 'pharmacist' THEN pharmacy_id = (SELECT access.organisation_id()) AND status <> 'created'
    ELSE false END);
CREATE POLICY parties_change ON ticket FOR UPDATE TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN patient_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    WHEN 'pharmacist' THEN pharmacy_id = (SELECT access.organisation_id()) AND status <> 'created'
    ELSE false END);
CREATE POLICY doctor_opens ON ticket FOR INSERT TO carethread_app WITH CHECK (
  doctor_id = (SELECT access.user_id()) AND clinic_id = (SELECT access.organisation_id())
  AND (SELECT access.role()) = 'doctor');

-- A pharmacist who presents the access code sees that one ticket, to claim it: what comes of the update must be the
-- pharmacy's own (parties_change).
CREATE POLICY code_reads ON ticket FOR SELECT TO carethread_app USING (
  any_pharmacy AND status <> 'created' AND (SELECT access.role()) = 'pharmacist'
  AND id = (SELECT ticket_id FROM access_code WHERE code = presented_access_code()));
CREATE POLICY code_claims ON ticket FOR UPDATE TO carethread_app USING (
  any_pharmacy AND status <> 'created' AND (SELECT access.role()) = 'pharmacist'
  AND id = (SELECT ticket_id FROM access_code WHERE code = presented_access_code()))
  WITH CHECK (pharmacy_id = (SELECT access.organisation_id()));

CREATE POLICY own_code ON access_code FOR ALL TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN patient_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    ELSE false END);
CREATE POLICY code_shown ON access_code FOR SELECT TO carethread_app USING (code = (SELECT presented_access_code()));

-- An entry is seen, and written, by whoever sees its ticket. A scalar subquery and not EXISTS, which the planner may
-- answer by hashing every ticket the person sees.
CREATE POLICY with_ticket_read ON timeline_entry FOR SELECT TO carethread_app
  USING ((SELECT true FROM ticket WHERE ticket.id = ticket_id));
CREATE POLICY with_ticket_write ON timeline_entry FOR INSERT TO carethread_app
  WITH CHECK ((SELECT true FROM ticket WHERE ticket.id = ticket_id));

-- A doctor needs to know who is registered with the clinic.
CREATE POLICY own_organisation ON membership FOR SELECT TO carethread_app USING (
  organisation_id = (SELECT access.organisation_id()) AND (SELECT access.role()) = 'doctor');

CREATE POLICY everything ON ticket TO carethread_worker USING (true);
CREATE POLICY everything ON timeline_entry TO carethread_worker USING (true);
CREATE POLICY everything ON membership TO carethread_worker USING (true);

GRANT SELECT, INSERT ON ticket TO carethread_app, carethread_worker;
GRANT UPDATE (status, version, timeline_length, pharmacy_id, any_pharmacy, prescription_id, fence, claim_user_id,
  lease_until, cancel_requested_by, expires_at) ON ticket TO carethread_app, carethread_worker;
GRANT SELECT, INSERT, DELETE ON access_code TO carethread_app;
-- No UPDATE and no DELETE for anybody: the timeline is only ever added to.
GRANT SELECT, INSERT ON timeline_entry TO carethread_app, carethread_worker;
GRANT SELECT ON organisation, membership TO carethread_app;
GRANT SELECT, INSERT, UPDATE ON organisation, membership TO carethread_worker;

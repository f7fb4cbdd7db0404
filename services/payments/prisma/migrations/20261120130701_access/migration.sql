-- Who sees and changes what. The patient pays, the ticket's doctor asks for the money, administrators look after all of
-- it; that an administrator holds ManagePayments is checked before the database is asked (src/may-manage.ts).
ALTER TABLE ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket FORCE ROW LEVEL SECURITY;
ALTER TABLE payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment FORCE ROW LEVEL SECURITY;
ALTER TABLE attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempt FORCE ROW LEVEL SECURITY;
ALTER TABLE refund ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund FORCE ROW LEVEL SECURITY;
ALTER TABLE payment_task ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_task FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook FORCE ROW LEVEL SECURITY;

CREATE POLICY parties_read ON ticket FOR SELECT TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN patient_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    WHEN 'administrator' THEN true
    ELSE false END);

-- As CASE and not as OR, so that one index, read in the order of the list, does.
CREATE POLICY parties_read ON payment FOR SELECT TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN payer_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    WHEN 'administrator' THEN true
    ELSE false END);
CREATE POLICY parties_change ON payment FOR UPDATE TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'patient' THEN payer_id = (SELECT access.user_id())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    WHEN 'administrator' THEN true
    ELSE false END);
CREATE POLICY staff_asks ON payment FOR INSERT TO carethread_app WITH CHECK (
  requested_by = (SELECT access.user_id()) AND
  CASE (SELECT access.role())
    WHEN 'doctor' THEN doctor_id = (SELECT access.user_id())
    WHEN 'administrator' THEN true
    ELSE false END);

-- Attempts and refunds are seen, and written, by whoever sees their payment.
CREATE POLICY with_payment ON attempt FOR ALL TO carethread_app
  USING ((SELECT true FROM payment WHERE payment.id = payment_id));
CREATE POLICY with_payment ON refund FOR ALL TO carethread_app
  USING ((SELECT true FROM payment WHERE payment.id = payment_id));

CREATE POLICY staff_works ON payment_task FOR ALL TO carethread_app USING (
  CASE (SELECT access.role())
    WHEN 'doctor' THEN owner_id = (SELECT access.user_id())
    WHEN 'administrator' THEN true
    ELSE false END);
CREATE POLICY administrators_read ON webhook FOR SELECT TO carethread_app USING (
  (SELECT access.role()) = 'administrator');

CREATE POLICY everything ON ticket TO carethread_worker USING (true);
CREATE POLICY everything ON payment TO carethread_worker USING (true);
CREATE POLICY everything ON attempt TO carethread_worker USING (true);
CREATE POLICY everything ON refund TO carethread_worker USING (true);
CREATE POLICY everything ON payment_task TO carethread_worker USING (true);
CREATE POLICY everything ON webhook TO carethread_worker USING (true);

GRANT SELECT ON ticket TO carethread_app;
GRANT SELECT, INSERT ON ticket TO carethread_worker;
GRANT UPDATE (status, part_handed_over, sequence) ON ticket TO carethread_worker;
GRANT SELECT, INSERT ON payment, attempt, refund TO carethread_app, carethread_worker;
-- Whose it is and how much never changes.
GRANT UPDATE (status, paid_by, failures, next_try_at, ending, version, event_count) ON payment
  TO carethread_app, carethread_worker;
GRANT UPDATE (refunded_minor) ON attempt TO carethread_app;
GRANT UPDATE (status, charge_id, decline, asked, ended_at, captured_minor, refunded_minor) ON attempt TO carethread_worker;
GRANT UPDATE (status, provider_id, failure, ended_at) ON refund TO carethread_worker;
GRANT SELECT ON payment_task TO carethread_app, carethread_worker;
GRANT INSERT ON payment_task TO carethread_worker;
GRANT UPDATE (owner_id, resolution, resolved_by, resolved_at, version) ON payment_task TO carethread_app;
GRANT SELECT ON webhook TO carethread_app;
GRANT SELECT, INSERT ON webhook TO carethread_worker;
GRANT UPDATE (status, tries) ON webhook TO carethread_worker;

-- Whoever answers a patient's question about an access is an administrator, and sees the tickets of such questions only:
-- no other ticket has them in the doctor's place.
CREATE POLICY officer_reads ON ticket FOR SELECT TO carethread_app USING (
  (SELECT access.has_permission('ReviewAudit')) AND doctor_id = (SELECT access.user_id()));

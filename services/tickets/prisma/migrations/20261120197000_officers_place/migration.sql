-- Memberships do not add up: who answers questions about accesses for one place sees those tickets alone, and as an
-- administrator elsewhere none that they have as a doctor.
ALTER POLICY officer_reads ON ticket USING (
  (SELECT access.has_permission('ReviewAudit')) AND doctor_id = (SELECT access.user_id())
  AND clinic_id = (SELECT access.organisation_id()));

-- A clinic a patient shares the record with knows whose record it is.
CREATE FUNCTION access.shares_record(patient uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  RETURN (SELECT d.given FROM public.consent_decisions d WHERE d.patient_id = patient AND d.kind = 'share_record'
    AND d.organisation_id = access.organisation_id() ORDER BY d.number DESC LIMIT 1);
REVOKE EXECUTE ON FUNCTION access.shares_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.shares_record TO carethread_app;
CREATE POLICY shared_record ON users FOR SELECT TO carethread_app
  USING ((SELECT access.role()) = 'doctor' AND access.shares_record(id));

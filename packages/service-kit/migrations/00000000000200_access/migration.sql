-- Who asks, as far as row policies are concerned. Set for one transaction at a time; unset means nobody, and nobody sees nothing.
CREATE SCHEMA access;

CREATE FUNCTION access.user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.user_id', true), '')::uuid;
CREATE FUNCTION access.organisation_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.organisation_id', true), '')::uuid;
CREATE FUNCTION access.role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.role', true), '');
-- The body a person acts as where a whole organisation is the party: a pharmacy acts as one, people of a clinic do not.
CREATE FUNCTION access.principal_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN access.role() = 'pharmacist' THEN access.organisation_id() ELSE access.user_id() END;

GRANT USAGE ON SCHEMA access TO carethread_app, carethread_worker;

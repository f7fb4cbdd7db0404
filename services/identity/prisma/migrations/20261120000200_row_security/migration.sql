-- Who sees and changes which row. This is the one place where it is decided: queries, entities and pages all read
-- through it. Nobody signed in means no rows.

-- Whether the person holds this permission in the membership they act in, as of now and not as of their token.
CREATE FUNCTION access.holds(permission text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  RETURN EXISTS (
    SELECT FROM public.memberships m
    WHERE m.user_id = access.user_id() AND m.organisation_id = access.organisation_id() AND m.role = access.role()
      AND m.ended_at IS NULL AND (m.role = 'administrator' OR permission = ANY (m.extra_permissions)));
REVOKE EXECUTE ON FUNCTION access.holds FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.holds TO carethread_app;

-- FORCE binds the owner as well. The policies to CURRENT_USER give back what the owner needs: the functions that run
-- with its rights (access.holds, schema sign_in), the commands that set an installation up, and people who mend one.
ALTER TABLE organisations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE email_addresses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE password_credentials ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE care_relations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON organisations TO CURRENT_USER USING (true);
CREATE POLICY owner ON users TO CURRENT_USER USING (true);
CREATE POLICY owner ON email_addresses TO CURRENT_USER USING (true);
CREATE POLICY owner ON password_credentials TO CURRENT_USER USING (true);
CREATE POLICY owner ON memberships TO CURRENT_USER USING (true);
CREATE POLICY owner ON sessions TO CURRENT_USER USING (true);
CREATE POLICY owner ON refresh_tokens TO CURRENT_USER USING (true);
CREATE POLICY owner ON signing_keys TO CURRENT_USER USING (true);
CREATE POLICY owner ON care_relations TO CURRENT_USER USING (true);

-- The worker applies ticket events and looks after the signing keys; it sees nothing else.
CREATE POLICY worker ON care_relations TO carethread_worker USING (true);
GRANT SELECT, INSERT, DELETE ON care_relations TO carethread_worker;
CREATE POLICY worker ON signing_keys TO carethread_worker USING (true);
GRANT SELECT, INSERT ON signing_keys TO carethread_worker;

-- Organisations: everybody signed in.
CREATE POLICY signed_in ON organisations FOR SELECT TO carethread_app
  USING ((SELECT access.user_id()) IS NOT NULL);
CREATE POLICY registering ON organisations FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.holds('ManageOrganisations')));
GRANT SELECT, INSERT ON organisations TO carethread_app;

-- Users, by name.
CREATE POLICY self ON users FOR SELECT TO carethread_app
  USING (id = (SELECT access.user_id()));
CREATE POLICY staff ON users FOR SELECT TO carethread_app
  USING (is_staff AND (SELECT access.user_id()) IS NOT NULL);
CREATE POLICY shared_ticket ON users FOR SELECT TO carethread_app
  USING (EXISTS (SELECT FROM care_relations c WHERE c.patient_id = users.id
                 AND c.principal_id = (SELECT access.principal_id())));
CREATE POLICY patient_of_the_clinic ON users FOR SELECT TO carethread_app
  USING ((SELECT access.role()) = 'doctor'
         AND EXISTS (SELECT FROM memberships m WHERE m.user_id = users.id AND m.role = 'patient'
                     AND m.organisation_id = (SELECT access.organisation_id()) AND m.ended_at IS NULL));
CREATE POLICY directory ON users FOR SELECT TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
CREATE POLICY registering ON users FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.holds('ManageUsers')));
CREATE POLICY becoming_staff ON users FOR UPDATE TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
GRANT SELECT, INSERT, UPDATE (is_staff) ON users TO carethread_app;

CREATE POLICY self ON email_addresses FOR SELECT TO carethread_app
  USING (user_id = (SELECT access.user_id()));
CREATE POLICY directory ON email_addresses FOR SELECT TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
CREATE POLICY registering ON email_addresses FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.holds('ManageUsers')));
GRANT SELECT, INSERT ON email_addresses TO carethread_app;

-- Password hashes: written by whoever registers a person, read by nobody (see sign_in.attempt).
CREATE POLICY registering ON password_credentials FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.holds('ManageUsers')));
GRANT INSERT ON password_credentials TO carethread_app;

-- Memberships: who works where is no secret among people who are signed in; whose patient somebody is, is one.
CREATE POLICY self ON memberships FOR SELECT TO carethread_app
  USING (user_id = (SELECT access.user_id()));
CREATE POLICY staff ON memberships FOR SELECT TO carethread_app
  USING (role <> 'patient' AND (SELECT access.user_id()) IS NOT NULL);
CREATE POLICY patient_of_the_clinic ON memberships FOR SELECT TO carethread_app
  USING ((SELECT access.role()) = 'doctor' AND organisation_id = (SELECT access.organisation_id()));
CREATE POLICY directory ON memberships FOR SELECT TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
CREATE POLICY granting ON memberships FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.holds('ManageUsers')));
CREATE POLICY changing ON memberships FOR UPDATE TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
GRANT SELECT, INSERT, UPDATE (licence_number, extra_permissions, version, granted_at, ended_at) ON memberships
  TO carethread_app;

-- Sessions and their tokens: one's own. Whoever ends a membership also ends the sessions that act in it.
CREATE POLICY self ON sessions TO carethread_app
  USING (user_id = (SELECT access.user_id()));
CREATE POLICY seeing_to_revoke ON sessions FOR SELECT TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
CREATE POLICY revoking ON sessions FOR UPDATE TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
GRANT SELECT, INSERT, UPDATE (membership_id, last_used_at, expires_at, revoked_at), DELETE ON sessions
  TO carethread_app;

CREATE POLICY self ON refresh_tokens TO carethread_app
  USING (user_id = (SELECT access.user_id()));
GRANT SELECT, INSERT, UPDATE (replaced_at), DELETE ON refresh_tokens TO carethread_app;

-- Care relations: both sides of one.
CREATE POLICY patient ON care_relations FOR SELECT TO carethread_app
  USING (patient_id = (SELECT access.user_id()));
CREATE POLICY principal ON care_relations FOR SELECT TO carethread_app
  USING (principal_id = (SELECT access.principal_id()));
GRANT SELECT ON care_relations TO carethread_app;

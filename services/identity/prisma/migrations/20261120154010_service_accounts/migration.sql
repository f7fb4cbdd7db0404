-- Programs of organisations. Each is somebody of its own, so that whatever it does bears its name like anybody's acts; it
-- has a membership like a colleague, and neither address nor password.
ALTER TABLE users ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service'));

CREATE TABLE service_accounts (
  user_id         uuid PRIMARY KEY REFERENCES users,
  organisation_id uuid NOT NULL REFERENCES organisations,
  membership_id   uuid NOT NULL UNIQUE REFERENCES memberships,
  scopes          text[] NOT NULL,
  -- From where it may call, as addresses and networks; empty is anywhere.
  networks        text[] NOT NULL,
  version         int NOT NULL,
  created_at      timestamptz NOT NULL,
  created_by      uuid NOT NULL REFERENCES users,
  disabled_at     timestamptz
);
CREATE INDEX service_accounts_of_organisation ON service_accounts (organisation_id, user_id);

CREATE TABLE service_account_keys (
  -- Also the session of the tokens it is exchanged for: to retire the key ends them.
  id                 uuid PRIMARY KEY,
  service_account_id uuid NOT NULL REFERENCES service_accounts,
  -- As the partner calls it.
  kid                text NOT NULL,
  algorithm          text NOT NULL,
  public_jwk         jsonb NOT NULL CHECK (NOT public_jwk ? 'd'),
  added_at           timestamptz NOT NULL,
  retired_at         timestamptz,
  last_used_at       timestamptz,
  UNIQUE (service_account_id, kid)
);

-- What was presented once is not taken again. Kept for as long as it could be.
CREATE TABLE used_assertions (
  service_account_id uuid NOT NULL,
  jti_hash           bytea NOT NULL,
  expires_at         timestamptz NOT NULL,
  PRIMARY KEY (service_account_id, jti_hash)
);
CREATE INDEX used_assertions_by_age ON used_assertions (expires_at);

ALTER TABLE service_accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE service_account_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE used_assertions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON service_accounts TO CURRENT_USER USING (true);
CREATE POLICY owner ON service_account_keys TO CURRENT_USER USING (true);
CREATE POLICY owner ON used_assertions TO CURRENT_USER USING (true);

-- A permission over organisations: an operator's administrators hold it over all of them, everybody else over the one
-- they act for.
CREATE FUNCTION access.manages(permission text, organisation uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN access.holds(permission) AND (access.role() = 'administrator' OR organisation = access.organisation_id());
-- Asked by policies of memberships, where to read users as the person would go round in circles.
CREATE FUNCTION access.is_program(person uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  RETURN EXISTS (SELECT FROM public.users u WHERE u.id = person AND u.kind = 'service');
REVOKE EXECUTE ON FUNCTION access.manages, access.is_program FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.manages, access.is_program TO carethread_app;

CREATE POLICY managing ON service_accounts TO carethread_app
  USING ((SELECT access.holds('ManageServiceAccounts'))
         AND ((SELECT access.role()) = 'administrator' OR organisation_id = (SELECT access.organisation_id())));
GRANT SELECT, INSERT, UPDATE (scopes, networks, version, disabled_at) ON service_accounts TO carethread_app;
CREATE POLICY managing ON service_account_keys TO carethread_app
  USING (EXISTS (SELECT FROM service_accounts a WHERE a.user_id = service_account_id));
GRANT SELECT, INSERT, UPDATE (retired_at) ON service_account_keys TO carethread_app;

CREATE POLICY making_programs ON users FOR INSERT TO carethread_app
  WITH CHECK (kind = 'service' AND (SELECT access.holds('ManageServiceAccounts')));
CREATE POLICY programs_join ON memberships FOR INSERT TO carethread_app
  WITH CHECK (role = 'pharmacist' AND access.manages('ManageServiceAccounts', organisation_id)
              AND access.is_program(user_id));
CREATE POLICY programs_leave ON memberships FOR UPDATE TO carethread_app
  USING (access.manages('ManageServiceAccounts', organisation_id) AND access.is_program(user_id));

-- Before a program has proved who it is: one account by its id, with the keys it may prove it with.
CREATE FUNCTION sign_in.service_account(account uuid)
  RETURNS TABLE (membership jsonb, scopes text[], networks text[], keys jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  SELECT jsonb_build_object('id', m.id, 'userId', m.user_id, 'organisationId', m.organisation_id, 'role', m.role,
           'extraPermissions', '[]'::jsonb), a.scopes, a.networks,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'kid', k.kid, 'algorithm', k.algorithm,
                    'publicJwk', k.public_jwk)), '[]')
          FROM public.service_account_keys k WHERE k.service_account_id = a.user_id AND k.retired_at IS NULL)
  FROM public.service_accounts a JOIN public.memberships m ON m.id = a.membership_id
  WHERE a.user_id = account AND a.disabled_at IS NULL AND m.ended_at IS NULL;
END;

-- Takes an assertion that was found good, once: false when it was taken before, or the key retired meanwhile.
CREATE FUNCTION sign_in.use_assertion(account uuid, key uuid, jti bytea, until timestamptz, at timestamptz) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE public.service_account_keys k SET last_used_at = at
  FROM public.service_accounts a
  WHERE k.id = key AND k.retired_at IS NULL AND a.user_id = k.service_account_id AND a.user_id = account
    AND a.disabled_at IS NULL;
  IF NOT FOUND THEN RETURN false; END IF;
  -- What has expired is of no use; a few go each time.
  DELETE FROM public.used_assertions WHERE (service_account_id, jti_hash) IN (
    SELECT old.service_account_id, old.jti_hash FROM public.used_assertions old
    WHERE old.expires_at < at LIMIT 20 FOR UPDATE SKIP LOCKED);
  INSERT INTO public.used_assertions VALUES (account, jti, until) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

REVOKE EXECUTE ON FUNCTION sign_in.service_account, sign_in.use_assertion FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in.service_account, sign_in.use_assertion TO carethread_app;

-- Invitations to a membership, and resets of a sign-in. Their tokens are stored as SHA-256.
CREATE TABLE invitations (
  id                uuid PRIMARY KEY,
  token_hash        bytea NOT NULL UNIQUE,
  email             text NOT NULL CHECK (email IS NFC NORMALIZED),
  organisation_id   uuid NOT NULL REFERENCES organisations,
  role              text NOT NULL CHECK (role IN ('patient', 'doctor', 'pharmacist', 'administrator')),
  licence_number    text,
  extra_permissions text[] NOT NULL DEFAULT '{}',
  -- Void once the inviter acts there no more.
  invited_as        uuid NOT NULL REFERENCES memberships,
  version           int NOT NULL DEFAULT 1,
  invited_at        timestamptz NOT NULL,
  expires_at        timestamptz NOT NULL,
  accepted_at       timestamptz,
  accepted_by       uuid REFERENCES users,
  revoked_at        timestamptz
);
CREATE INDEX invitations_to_organisation ON invitations (organisation_id, id);

CREATE TABLE password_resets (
  id              uuid PRIMARY KEY,
  token_hash      bytea NOT NULL UNIQUE,
  user_id         uuid NOT NULL REFERENCES users,
  issued_by       uuid NOT NULL REFERENCES users,
  -- Takes second factors and passkeys away as well: they were lost with the device.
  removes_factors boolean NOT NULL,
  expires_at      timestamptz NOT NULL
);
CREATE INDEX password_resets_of_user ON password_resets (user_id);

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE password_resets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON invitations TO CURRENT_USER USING (true);
CREATE POLICY owner ON password_resets TO CURRENT_USER USING (true);

CREATE POLICY everywhere ON invitations TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
CREATE POLICY own_organisation ON invitations TO carethread_app
  USING (organisation_id = (SELECT access.organisation_id()) AND (SELECT access.holds('InviteMembers')));
GRANT SELECT (id, email, organisation_id, role, licence_number, extra_permissions, invited_as, version, invited_at,
  expires_at, accepted_at, accepted_by, revoked_at), INSERT, UPDATE (version, revoked_at) ON invitations
  TO carethread_app;

CREATE POLICY issuing ON password_resets TO carethread_app
  USING ((SELECT access.holds('ManageUsers')));
GRANT SELECT (user_id), INSERT, DELETE ON password_resets TO carethread_app;

-- What an invitation says to whoever holds its token; nothing when it is void.
CREATE FUNCTION sign_in.invitation(presented bytea, at timestamptz)
  RETURNS TABLE (email text, role text, organisation_name text, expires_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  SELECT i.email, i.role, o.name, i.expires_at
  FROM public.invitations i
  JOIN public.organisations o ON o.id = i.organisation_id
  JOIN public.memberships inviter ON inviter.id = i.invited_as AND inviter.ended_at IS NULL
  WHERE i.token_hash = presented AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > at;
END;

-- Accepts an invitation: for `newcomer` (a person with a password hash, or a passkey with recovery codes), or, without
-- one, for whoever asks, if it was sent to their address. The outcome is accepted, void, has_account, other_address or
-- member_already; all but accepted have to be rolled back.
CREATE FUNCTION sign_in.accept_invitation(presented bytea, at timestamptz, newcomer jsonb,
  OUT outcome text, OUT invitation_id uuid, OUT membership jsonb, OUT version int
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  invited public.invitations;
  granted public.memberships;
  person uuid := coalesce((newcomer ->> 'id')::uuid, access.user_id());
BEGIN
  SELECT * INTO invited FROM public.invitations i WHERE i.token_hash = presented FOR UPDATE;
  IF invited.id IS NULL OR invited.accepted_at IS NOT NULL OR invited.revoked_at IS NOT NULL OR invited.expires_at <= at
     OR NOT EXISTS (SELECT FROM public.memberships m WHERE m.id = invited.invited_as AND m.ended_at IS NULL) THEN
    outcome := 'void';
    RETURN;
  END IF;

  IF newcomer IS NULL THEN
    PERFORM FROM public.email_addresses e WHERE e.user_id = person AND e.email = invited.email;
    IF NOT FOUND THEN
      outcome := 'other_address';
      RETURN;
    END IF;
  ELSE
    INSERT INTO public.users (id, display_name, given_name, family_name)
    VALUES (person, newcomer ->> 'displayName', newcomer ->> 'givenName', newcomer ->> 'familyName');
    INSERT INTO public.email_addresses (user_id, email) VALUES (person, invited.email) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      outcome := 'has_account';
      RETURN;
    END IF;
    IF newcomer ? 'passwordHash' THEN
      INSERT INTO public.password_credentials (user_id, password_hash) VALUES (person, newcomer ->> 'passwordHash');
    END IF;
    IF newcomer ? 'passkey' THEN
      INSERT INTO public.passkeys (id, user_id, credential_id, public_key, counter, transports, synced, name, registered_at)
      SELECT p.id, person, decode(p."credentialId", 'hex'), decode(p."publicKey", 'hex'), p.counter, p.transports,
        p.synced, p.name, at
      FROM jsonb_to_record(newcomer -> 'passkey') AS p(id uuid, "credentialId" text, "publicKey" text, counter bigint,
        transports text[], synced boolean, name text);
      INSERT INTO public.recovery_codes (user_id, code_hash)
      SELECT person, decode(hash, 'hex') FROM jsonb_array_elements_text(newcomer -> 'recoveryCodes') AS hash;
    END IF;
  END IF;

  INSERT INTO public.memberships AS known
    (id, user_id, organisation_id, role, licence_number, extra_permissions, version, granted_at)
  VALUES (gen_random_uuid(), person, invited.organisation_id, invited.role, invited.licence_number,
    invited.extra_permissions, 1, at)
  ON CONFLICT ON CONSTRAINT memberships_user_id_organisation_id_role_key DO UPDATE SET
    licence_number = excluded.licence_number, extra_permissions = excluded.extra_permissions,
    version = known.version + 1, granted_at = excluded.granted_at, ended_at = NULL
  WHERE known.ended_at IS NOT NULL
  RETURNING * INTO granted;
  IF granted.id IS NULL THEN
    outcome := 'member_already';
    RETURN;
  END IF;
  IF granted.role <> 'patient' THEN
    UPDATE public.users SET is_staff = true WHERE id = person AND NOT is_staff;
  END IF;
  UPDATE public.invitations i SET accepted_at = at, accepted_by = person, version = i.version + 1
  WHERE i.id = invited.id;
  outcome := 'accepted';
  invitation_id := invited.id;
  version := granted.version;
  membership := jsonb_build_object('id', granted.id, 'userId', person, 'organisationId', granted.organisation_id,
    'role', granted.role, 'extraPermissions', granted.extra_permissions);
END $$;

-- Sets the password a reset is for and ends whatever the person is signed in with. Nothing comes back for a token that
-- is unknown, used or too old.
CREATE FUNCTION sign_in.use_reset(presented bytea, new_hash text, at timestamptz,
  OUT person uuid, OUT ended_sessions jsonb
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  reset public.password_resets;
BEGIN
  DELETE FROM public.password_resets r WHERE r.token_hash = presented RETURNING * INTO reset;
  IF reset.id IS NULL OR reset.expires_at <= at THEN
    RETURN;
  END IF;
  person := reset.user_id;
  INSERT INTO public.password_credentials AS known (user_id, password_hash, set_at) VALUES (person, new_hash, at)
  ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, set_at = excluded.set_at;
  DELETE FROM public.challenges c WHERE c.user_id = person;
  IF reset.removes_factors THEN
    DELETE FROM public.totp_factors f WHERE f.user_id = person;
    DELETE FROM public.passkeys p WHERE p.user_id = person;
    DELETE FROM public.recovery_codes c WHERE c.user_id = person;
  END IF;
  WITH ended AS (
    UPDATE public.sessions s SET revoked_at = at
    WHERE s.user_id = person AND s.revoked_at IS NULL AND s.expires_at > at RETURNING s.id)
  SELECT coalesce(jsonb_agg(ended.id), '[]') INTO ended_sessions FROM ended;
END $$;

REVOKE EXECUTE ON FUNCTION sign_in.invitation, sign_in.accept_invitation, sign_in.use_reset FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in.invitation, sign_in.accept_invitation, sign_in.use_reset TO carethread_app;

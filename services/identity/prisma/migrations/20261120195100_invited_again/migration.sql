-- Whoever is invited to a membership that ended holds what the invitation says and no more: what comes with the role is
-- not granted to them one by one, and the issuer that granted it before has no say in it any longer.
CREATE OR REPLACE FUNCTION sign_in.accept_invitation(presented bytea, at timestamptz, newcomer jsonb,
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
    licence_number = excluded.licence_number, direct_permissions = excluded.direct_permissions,
    version = known.version + 1, granted_at = excluded.granted_at, ended_at = NULL, issuer = NULL
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

-- People who sign in with an issuer outside, such as their hospital. `issuer` is everywhere its address (`iss`).
CREATE TABLE outside_accounts (
  issuer    text NOT NULL,
  subject   text NOT NULL,
  user_id   uuid NOT NULL REFERENCES users,
  linked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject),
  -- One person, one account there: a second subject would be somebody else under a used address.
  UNIQUE (issuer, user_id)
);
CREATE INDEX outside_accounts_of_user ON outside_accounts (user_id);

-- Sign-ins on their way, by the hash of what the client holds. All secrets of the way follow from that and ours.
CREATE TABLE outside_attempts (
  attempt_hash bytea PRIMARY KEY,
  issuer       text NOT NULL,
  redirect_uri text NOT NULL,
  fresh        boolean NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX outside_attempts_by_age ON outside_attempts (expires_at);

-- Whose claim granted it, and ends it when it is gone; null when it was granted here, or ended here.
ALTER TABLE memberships ADD COLUMN issuer text;
-- Through whom it was opened, and what that one calls it.
ALTER TABLE sessions ADD COLUMN issuer text, ADD COLUMN issuer_session text;
CREATE INDEX sessions_through_issuer ON sessions (issuer, issuer_session) WHERE issuer IS NOT NULL AND revoked_at IS NULL;
GRANT UPDATE (issuer) ON memberships TO carethread_app;
GRANT UPDATE (issuer, issuer_session) ON sessions TO carethread_app;

ALTER TABLE outside_accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE outside_attempts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON outside_accounts TO CURRENT_USER USING (true);
CREATE POLICY owner ON outside_attempts TO CURRENT_USER USING (true);

CREATE FUNCTION sign_in.begin_outside(attempt bytea, issuer text, redirect_uri text, fresh boolean, until timestamptz,
    at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  -- Attempts nobody came back from; a few go each time, so the table cannot be filled.
  DELETE FROM public.outside_attempts WHERE attempt_hash IN (
    SELECT old.attempt_hash FROM public.outside_attempts old WHERE old.expires_at < at LIMIT 20 FOR UPDATE SKIP LOCKED);
  INSERT INTO public.outside_attempts VALUES (attempt, issuer, redirect_uri, fresh, until);
END;

-- Answers an attempt once.
CREATE FUNCTION sign_in.take_outside(attempt bytea, at timestamptz)
  RETURNS TABLE (issuer text, redirect_uri text, fresh boolean)
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  DELETE FROM public.outside_attempts a WHERE a.attempt_hash = attempt AND a.expires_at > at
    RETURNING a.issuer, a.redirect_uri, a.fresh;
END;

-- Who this is here: by the link, or by an address the issuer has authority over, unless that person has another account
-- there. The same subject waits until the transaction ends, so nobody is made twice.
CREATE FUNCTION sign_in.outside_person(iss text, sub text, address text)
  RETURNS TABLE (user_id uuid, linked boolean, memberships jsonb)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE
  person uuid;
  known boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(iss || ' ' || sub, 0));
  SELECT o.user_id INTO person FROM public.outside_accounts o WHERE o.issuer = iss AND o.subject = sub;
  known := FOUND;
  IF NOT known THEN
    SELECT e.user_id INTO person FROM public.email_addresses e
    WHERE e.email = address
      AND NOT EXISTS (SELECT FROM public.outside_accounts o WHERE o.issuer = iss AND o.user_id = e.user_id);
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY SELECT person, known, coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'userId', m.user_id,
      'organisationId', m.organisation_id, 'role', m.role, 'extraPermissions', m.extra_permissions,
      'licenceNumber', m.licence_number, 'version', m.version, 'issuer', m.issuer, 'ended', m.ended_at IS NOT NULL)
      ORDER BY m.granted_at, m.id), '[]')
    FROM public.memberships m WHERE m.user_id = person;
END $$;

-- Makes a person of somebody the issuer vouches for. An address that has an account already stays there.
CREATE FUNCTION sign_in.admit_outside(person uuid, shown text, given text, family text, address text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  INSERT INTO public.users (id, display_name, given_name, family_name) VALUES (person, shown, given, family);
  INSERT INTO public.email_addresses (user_id, email) SELECT person, address WHERE address IS NOT NULL
    ON CONFLICT (email) DO NOTHING;
END;

CREATE FUNCTION sign_in.link_outside(iss text, sub text, person uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  INSERT INTO public.outside_accounts (issuer, subject, user_id) VALUES (iss, sub, person);
END;

-- Grants a membership on an issuer's word: to people who are linked to it, and over none that it did not grant itself.
-- Answers the permissions that come with it; null when it was not granted.
CREATE FUNCTION sign_in.grant_outside(membership uuid, iss text, person uuid, organisation uuid, as_role text,
    licence text, new_version int, at timestamptz) RETURNS text[]
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  extra text[];
BEGIN
  INSERT INTO public.memberships AS m
    (id, user_id, organisation_id, role, licence_number, issuer, version, granted_at)
  SELECT membership, person, organisation, as_role, licence, iss, new_version, at
    FROM public.outside_accounts o WHERE o.issuer = iss AND o.user_id = person
  ON CONFLICT (user_id, organisation_id, role) DO UPDATE SET licence_number = excluded.licence_number,
    extra_permissions = '{}', version = excluded.version, granted_at = excluded.granted_at, ended_at = NULL
    WHERE m.issuer = iss AND m.ended_at IS NOT NULL AND m.version = excluded.version - 1
  RETURNING m.extra_permissions INTO extra;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF as_role <> 'patient' THEN UPDATE public.users SET is_staff = true WHERE id = person AND NOT is_staff; END IF;
  RETURN extra;
END $$;

-- Ends a membership that an issuer granted and does not vouch for any more.
CREATE FUNCTION sign_in.end_outside(membership uuid, iss text, new_version int, at timestamptz) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE public.memberships m SET ended_at = at, version = new_version
  WHERE m.id = membership AND m.issuer = iss AND m.ended_at IS NULL AND m.version = new_version - 1;
  RETURN FOUND;
END $$;

-- Sessions that an issuer has ended: one by its id there, or all of a subject, of the time until then.
CREATE FUNCTION sign_in.outside_sessions(iss text, sub text, issuer_sid text, until timestamptz)
  RETURNS TABLE (session_id uuid, membership jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  SELECT s.id, jsonb_build_object('id', m.id, 'userId', m.user_id, 'organisationId', m.organisation_id,
           'role', m.role, 'extraPermissions', m.extra_permissions)
  FROM public.sessions s JOIN public.memberships m ON m.id = s.membership_id
  WHERE s.issuer = iss AND s.revoked_at IS NULL AND s.created_at <= until
    AND (issuer_sid IS NULL OR s.issuer_session = issuer_sid)
    AND (sub IS NULL OR s.user_id = (SELECT o.user_id FROM public.outside_accounts o
                                     WHERE o.issuer = iss AND o.subject = sub))
    AND (sub IS NOT NULL OR issuer_sid IS NOT NULL);
END;

REVOKE EXECUTE ON FUNCTION sign_in.begin_outside, sign_in.take_outside, sign_in.outside_person, sign_in.admit_outside,
  sign_in.link_outside, sign_in.grant_outside, sign_in.end_outside, sign_in.outside_sessions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in.begin_outside, sign_in.take_outside, sign_in.outside_person, sign_in.admit_outside,
  sign_in.link_outside, sign_in.grant_outside, sign_in.end_outside, sign_in.outside_sessions TO carethread_app;

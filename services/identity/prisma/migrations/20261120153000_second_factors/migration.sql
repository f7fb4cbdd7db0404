-- Second factors, passkeys, what organisations ask of a sign-in, and the short-lived questions in between.

-- The secret is sealed by the service's keyring (src/tokens/sealed.ts); the database cannot open it.
CREATE TABLE totp_factors (
  user_id       uuid PRIMARY KEY REFERENCES users,
  sealed_secret bytea NOT NULL,
  begun_at      timestamptz NOT NULL,
  -- Null until a first code has shown that the secret arrived.
  confirmed_at  timestamptz,
  -- The time step of the last code that was taken: neither it nor an earlier one is taken again (RFC 6238, 5.2).
  last_step     bigint
);

-- 80 random bits each, so one round of SHA-256 is enough.
CREATE TABLE recovery_codes (
  user_id   uuid NOT NULL REFERENCES users,
  code_hash bytea NOT NULL,
  used_at   timestamptz,
  PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE passkeys (
  id            uuid PRIMARY KEY,
  user_id       uuid NOT NULL REFERENCES users,
  credential_id bytea NOT NULL UNIQUE,
  -- COSE; the public half.
  public_key    bytea NOT NULL,
  counter       bigint NOT NULL,
  transports    text[] NOT NULL DEFAULT '{}',
  -- Kept by a provider on several devices, rather than in one piece of hardware.
  synced        boolean NOT NULL,
  name          text NOT NULL,
  version       int NOT NULL DEFAULT 1,
  registered_at timestamptz NOT NULL,
  last_used_at  timestamptz,
  -- Its signature counter went back, so there may be two of it.
  blocked_at    timestamptz
);
CREATE INDEX passkeys_of_user ON passkeys (user_id);

-- What was asked and is not answered yet, as SHA-256: each is answered once, within minutes.
CREATE TABLE challenges (
  challenge_hash bytea PRIMARY KEY,
  purpose        text NOT NULL CHECK (purpose IN
    ('sign_in', 'passkey_sign_in', 'passkey_confirmation', 'passkey_registration', 'passkey_invitation')),
  -- Null when nobody has said yet who they are. No foreign key: who accepts an invitation is not there yet.
  user_id        uuid,
  membership_id  uuid,
  must_enrol     boolean NOT NULL DEFAULT false,
  expires_at     timestamptz NOT NULL
);
CREATE INDEX challenges_by_age ON challenges (expires_at);
CREATE INDEX challenges_of_user ON challenges (user_id);

-- What is asked of sessions that act in a role: for one organisation, or for all (null). The stricter counts.
CREATE TABLE sign_in_policies (
  id               uuid PRIMARY KEY,
  organisation_id  uuid REFERENCES organisations,
  role             text NOT NULL CHECK (role IN ('patient', 'doctor', 'pharmacist', 'administrator')),
  mfa_required     boolean NOT NULL,
  idle_minutes     int CHECK (idle_minutes >= 15),
  lifetime_minutes int CHECK (lifetime_minutes >= 15),
  version          int NOT NULL,
  UNIQUE NULLS NOT DISTINCT (role, organisation_id)
);

-- How it was opened (RFC 8176), and on what kind of device: a coarse name such as Firefox on Windows, never an address.
ALTER TABLE sessions ADD COLUMN methods text[] NOT NULL DEFAULT '{pwd}', ADD COLUMN device text;
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX memberships_ended ON memberships (ended_at) WHERE ended_at IS NOT NULL;

ALTER TABLE totp_factors ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE challenges ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sign_in_policies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON totp_factors TO CURRENT_USER USING (true);
CREATE POLICY owner ON recovery_codes TO CURRENT_USER USING (true);
CREATE POLICY owner ON passkeys TO CURRENT_USER USING (true);
CREATE POLICY owner ON challenges TO CURRENT_USER USING (true);
CREATE POLICY owner ON sign_in_policies TO CURRENT_USER USING (true);

-- One's own, and nobody else's: an administrator takes factors away by a reset, and never sees them.
CREATE POLICY self ON totp_factors TO carethread_app USING (user_id = (SELECT access.user_id()));
CREATE POLICY self ON recovery_codes TO carethread_app USING (user_id = (SELECT access.user_id()));
CREATE POLICY self ON passkeys TO carethread_app USING (user_id = (SELECT access.user_id()));
CREATE POLICY self ON challenges TO carethread_app USING (user_id = (SELECT access.user_id()));
GRANT SELECT, INSERT, UPDATE, DELETE ON totp_factors TO carethread_app;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON recovery_codes TO carethread_app;
GRANT SELECT, INSERT, UPDATE (counter, name, version, last_used_at, blocked_at), DELETE ON passkeys TO carethread_app;
GRANT SELECT, INSERT, DELETE ON challenges TO carethread_app;

CREATE POLICY signed_in ON sign_in_policies FOR SELECT TO carethread_app
  USING ((SELECT access.user_id()) IS NOT NULL);
CREATE POLICY setting ON sign_in_policies FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.holds('ManageOrganisations')));
CREATE POLICY changing ON sign_in_policies FOR UPDATE TO carethread_app
  USING ((SELECT access.holds('ManageOrganisations')));
GRANT SELECT, INSERT, UPDATE (mfa_required, idle_minutes, lifetime_minutes, version) ON sign_in_policies
  TO carethread_app;

-- A person sets their own password. The hash is still read by nobody: only the column that names the row is.
CREATE POLICY self ON password_credentials FOR SELECT TO carethread_app
  USING (user_id = (SELECT access.user_id()));
CREATE POLICY setting ON password_credentials FOR INSERT TO carethread_app
  WITH CHECK (user_id = (SELECT access.user_id()));
CREATE POLICY changing ON password_credentials FOR UPDATE TO carethread_app
  USING (user_id = (SELECT access.user_id()));
GRANT SELECT (user_id), UPDATE (password_hash, set_at) ON password_credentials TO carethread_app;

-- Counts a try at a code of the person who asks, as sign_in.attempt counts those at a password: five in a quarter of an
-- hour, then when to come back. Who tries knows the password, or holds a session, so nobody can be locked out from afar.
CREATE FUNCTION sign_in.code_attempt() RETURNS timestamptz
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  time_window CONSTANT interval := '15 minutes';
  counted public.sign_in_attempts;
BEGIN
  INSERT INTO public.sign_in_attempts AS known (account, tries, window_started_at)
  VALUES (sign_in.account_key('code ' || access.user_id()), 1, now())
  ON CONFLICT (account) DO UPDATE SET
    tries = CASE WHEN known.window_started_at + time_window <= now() THEN 1 ELSE least(known.tries + 1, 6) END,
    window_started_at = CASE WHEN known.window_started_at + time_window <= now() THEN now()
                             ELSE known.window_started_at END
  RETURNING * INTO counted;
  RETURN CASE WHEN counted.tries > 5 THEN counted.window_started_at + time_window END;
END $$;

-- After a code that was right.
CREATE FUNCTION sign_in.forget_code_attempts() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  DELETE FROM public.sign_in_attempts WHERE account = sign_in.account_key('code ' || access.user_id());
END;

-- Whose sign-in this challenge goes on with, and as what. It is taken afterwards, as that person.
CREATE FUNCTION sign_in.challenged(presented bytea, at timestamptz)
  RETURNS TABLE (must_enrol boolean, membership jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  SELECT c.must_enrol, jsonb_build_object('id', m.id, 'userId', m.user_id, 'organisationId', m.organisation_id,
           'role', m.role, 'extraPermissions', m.extra_permissions)
  FROM public.challenges c JOIN public.memberships m ON m.id = c.membership_id AND m.ended_at IS NULL
  WHERE c.challenge_hash = presented AND c.purpose = 'sign_in' AND c.expires_at > at;
END;

-- A question to somebody who has not said who they are. Some that have passed go each time.
CREATE FUNCTION sign_in.ask(asked bytea, about text, subject uuid, until timestamptz, at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF about NOT IN ('passkey_sign_in', 'passkey_invitation') THEN
    RAISE EXCEPTION 'Nobody is asked % before they have said who they are.', about;
  END IF;
  INSERT INTO public.challenges (challenge_hash, purpose, user_id, expires_at) VALUES (asked, about, subject, until);
  DELETE FROM public.challenges WHERE challenge_hash IN (
    SELECT old.challenge_hash FROM public.challenges old WHERE old.expires_at <= at LIMIT 20 FOR UPDATE SKIP LOCKED);
END $$;

-- Takes such a question: it is gone, whatever comes of the answer.
CREATE FUNCTION sign_in.take(presented bytea, about text, at timestamptz) RETURNS TABLE (subject uuid)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF about NOT IN ('passkey_sign_in', 'passkey_invitation') THEN
    RAISE EXCEPTION 'Nobody is asked % before they have said who they are.', about;
  END IF;
  RETURN QUERY DELETE FROM public.challenges c
    WHERE c.challenge_hash = presented AND c.purpose = about AND c.expires_at > at RETURNING c.user_id;
END $$;

-- Whose passkey this is and what their signature is checked with. `memberships` are the active ones, oldest first.
CREATE FUNCTION sign_in.passkey(presented bytea)
  RETURNS TABLE (id uuid, user_id uuid, public_key bytea, counter bigint, synced boolean, blocked_at timestamptz,
                 memberships jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  SELECT p.id, p.user_id, p.public_key, p.counter, p.synced, p.blocked_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'userId', m.user_id, 'organisationId', m.organisation_id,
       'role', m.role, 'extraPermissions', m.extra_permissions) ORDER BY m.granted_at, m.id), '[]')
     FROM public.memberships m WHERE m.user_id = p.user_id AND m.ended_at IS NULL)
  FROM public.passkeys p WHERE p.credential_id = presented;
END;

-- What ended since, for gateways that were not there to hear of it: sessions, delegations and emergency accesses, and
-- memberships. Ids only. In plpgsql, because delegations and emergency accesses come with a later migration.
CREATE FUNCTION sign_in.revocations(since timestamptz)
  RETURNS TABLE (ended_ids jsonb, membership_ids jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  RETURN QUERY SELECT
    (SELECT coalesce(jsonb_agg(ended.id), '[]') FROM (
       SELECT s.id FROM public.sessions s WHERE s.revoked_at > since
       UNION ALL SELECT d.id FROM public.delegations d WHERE d.revoked_at > since
       UNION ALL SELECT e.id FROM public.emergency_accesses e WHERE e.ended_at > since) AS ended),
    (SELECT coalesce(jsonb_agg(m.id), '[]') FROM public.memberships m WHERE m.ended_at > since);
END $$;

REVOKE EXECUTE ON FUNCTION sign_in.code_attempt, sign_in.forget_code_attempts, sign_in.challenged, sign_in.ask,
  sign_in.take, sign_in.passkey, sign_in.revocations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in.code_attempt, sign_in.forget_code_attempts, sign_in.challenged, sign_in.ask,
  sign_in.take, sign_in.passkey TO carethread_app;
GRANT USAGE ON SCHEMA sign_in TO carethread_worker;
GRANT EXECUTE ON FUNCTION sign_in.revocations TO carethread_worker;

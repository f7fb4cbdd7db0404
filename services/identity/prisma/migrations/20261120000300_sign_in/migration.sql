-- What can be done before it is known who asks. That moment has no actor, so no row policy can let it see anything; the
-- two ways out are a role that sees all rows, and functions that answer one question each. These are functions: the code
-- that runs before sign-in can look up one address or one token at a time and nothing else, whatever mistake it makes,
-- and everything after the first question runs as the person, under the policies above.
CREATE SCHEMA sign_in;

-- Tries by address, as SHA-256 of it: also for addresses without an account, so that being stopped tells nothing.
CREATE TABLE sign_in_attempts (
  account           bytea PRIMARY KEY,
  tries             int NOT NULL,
  window_started_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (window_started_at);
ALTER TABLE sign_in_attempts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON sign_in_attempts TO CURRENT_USER USING (true);

CREATE FUNCTION sign_in.account_key(address text) RETURNS bytea LANGUAGE sql IMMUTABLE
  RETURN sha256(convert_to(address, 'UTF8'));

-- Counts a try and answers what is needed to judge it: at most ten in a quarter of an hour, from then on only when to
-- come back. The try is counted before the password is looked at, so that a thousand at once are ten as well; and a
-- password hash never leaves this database uncounted. `memberships` are the active ones, oldest first.
CREATE FUNCTION sign_in.attempt(
  address text, OUT blocked_until timestamptz, OUT user_id uuid, OUT password_hash text, OUT memberships jsonb
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  time_window CONSTANT interval := '15 minutes';
  counted public.sign_in_attempts;
BEGIN
  INSERT INTO public.sign_in_attempts AS known (account, tries, window_started_at)
  VALUES (sign_in.account_key(address), 1, now())
  ON CONFLICT (account) DO UPDATE SET
    tries = CASE WHEN known.window_started_at + time_window <= now() THEN 1 ELSE least(known.tries + 1, 11) END,
    window_started_at = CASE WHEN known.window_started_at + time_window <= now() THEN now()
                             ELSE known.window_started_at END
  RETURNING * INTO counted;

  -- Windows that have passed are of no use; a few go each time, so the table cannot be filled with invented addresses.
  DELETE FROM public.sign_in_attempts WHERE account IN (
    SELECT old.account FROM public.sign_in_attempts old
    WHERE old.window_started_at < now() - time_window LIMIT 20 FOR UPDATE SKIP LOCKED);

  IF counted.tries > 10 THEN
    blocked_until := counted.window_started_at + time_window;
    RETURN;
  END IF;

  SELECT e.user_id, c.password_hash INTO user_id, password_hash
  FROM public.email_addresses e JOIN public.password_credentials c ON c.user_id = e.user_id
  WHERE e.email = address;

  SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'userId', m.user_id, 'organisationId', m.organisation_id,
           'role', m.role, 'extraPermissions', m.extra_permissions) ORDER BY m.granted_at, m.id), '[]')
  INTO memberships
  FROM public.memberships m WHERE m.user_id = attempt.user_id AND m.ended_at IS NULL;
END $$;

-- After a sign-in that succeeded: the tries of the person's own address are forgotten.
CREATE FUNCTION sign_in.forget_attempts() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  DELETE FROM public.sign_in_attempts WHERE account =
    (SELECT sign_in.account_key(e.email) FROM public.email_addresses e WHERE e.user_id = access.user_id());
END;

-- Whose refresh token this is and what that session acts as. Whether it may still be used is decided afterwards, as
-- that person.
CREATE FUNCTION sign_in.holder_of(presented bytea)
  RETURNS TABLE (session_id uuid, membership jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
  SELECT s.id, jsonb_build_object('id', m.id, 'userId', m.user_id, 'organisationId', m.organisation_id,
           'role', m.role, 'extraPermissions', m.extra_permissions)
  FROM public.refresh_tokens t
  JOIN public.sessions s ON s.id = t.session_id
  JOIN public.memberships m ON m.id = s.membership_id
  WHERE t.token_hash = presented;
END;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA sign_in FROM PUBLIC;
GRANT USAGE ON SCHEMA sign_in TO carethread_app;
GRANT EXECUTE ON FUNCTION sign_in.attempt, sign_in.forget_attempts, sign_in.holder_of TO carethread_app;

-- When a membership or a program lost a right last: tokens that promise it may still live.
ALTER TABLE memberships ADD COLUMN shrunk_at timestamptz;
ALTER TABLE service_accounts ADD COLUMN shrunk_at timestamptz;
CREATE INDEX memberships_shrunk ON memberships (shrunk_at) WHERE shrunk_at IS NOT NULL;

-- By name the last of the triggers before an update, so it sees what the others made of it.
CREATE FUNCTION access.note_fewer_permissions() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NOT OLD.extra_permissions <@ NEW.extra_permissions THEN NEW.shrunk_at := clock_timestamp(); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER zz_note_fewer BEFORE UPDATE ON memberships
  FOR EACH ROW EXECUTE FUNCTION access.note_fewer_permissions();
CREATE FUNCTION access.note_fewer_scopes() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NOT OLD.scopes <@ NEW.scopes THEN NEW.shrunk_at := clock_timestamp(); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER zz_note_fewer BEFORE UPDATE ON service_accounts
  FOR EACH ROW EXECUTE FUNCTION access.note_fewer_scopes();

DROP FUNCTION sign_in.revocations;
CREATE FUNCTION sign_in.revocations(since timestamptz)
  RETURNS TABLE (ended_ids jsonb, membership_ids jsonb, memberships jsonb, service_accounts jsonb)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  RETURN QUERY SELECT
    (SELECT coalesce(jsonb_agg(ended.id), '[]') FROM (
       SELECT s.id FROM public.sessions s WHERE s.revoked_at > since
       UNION ALL SELECT d.id FROM public.delegations d WHERE d.revoked_at > since
       UNION ALL SELECT e.id FROM public.emergency_accesses e WHERE e.ended_at > since) AS ended),
    (SELECT coalesce(jsonb_agg(m.id), '[]') FROM public.memberships m WHERE m.ended_at > since),
    -- Administrators have everything by their role.
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'permissions', m.extra_permissions)), '[]')
       FROM public.memberships m WHERE m.shrunk_at > since AND m.ended_at IS NULL AND m.role <> 'administrator'),
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.user_id, 'scopes', a.scopes)), '[]')
       FROM public.service_accounts a WHERE a.shrunk_at > since);
END $$;
REVOKE EXECUTE ON FUNCTION sign_in.revocations, access.note_fewer_permissions, access.note_fewer_scopes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in.revocations TO carethread_worker;

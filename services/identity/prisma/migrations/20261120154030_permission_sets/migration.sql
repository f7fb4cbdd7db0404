-- Which permissions come with what: a set for each role of staff, which all its holders have, and named sets of
-- organisations, which their members are given one by one. Patients have none; administrators have all there are, so that
-- no installation can lock itself out.
CREATE TABLE permission_sets (
  id              uuid PRIMARY KEY,
  -- Null for the set of a role.
  organisation_id uuid REFERENCES organisations,
  role            text CHECK (role IN ('doctor', 'pharmacist')),
  name            text NOT NULL,
  permissions     text[] NOT NULL,
  version         int NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  ended_at        timestamptz,
  CHECK ((organisation_id IS NULL) = (role IS NOT NULL))
);
CREATE UNIQUE INDEX permission_sets_of_role ON permission_sets (role);
CREATE UNIQUE INDEX permission_sets_of_organisation ON permission_sets (organisation_id, name) WHERE ended_at IS NULL;
CREATE INDEX permission_sets_by_name ON permission_sets (name, id);
INSERT INTO permission_sets (id, role, name, permissions, version) VALUES
  ('8b1f3f4e-3d0b-5a53-9d5a-6f0a5f6f0d01', 'doctor', 'Every doctor', '{}', 1),
  ('8b1f3f4e-3d0b-5a53-9d5a-6f0a5f6f0d02', 'pharmacist', 'Every pharmacist', '{}', 1);

CREATE TABLE membership_permission_sets (
  membership_id     uuid REFERENCES memberships,
  permission_set_id uuid REFERENCES permission_sets,
  PRIMARY KEY (membership_id, permission_set_id)
);
CREATE INDEX membership_permission_sets_of_set ON membership_permission_sets (permission_set_id);

-- What the membership was granted by itself. `extra_permissions` is all on top of what the role has of old, as everything
-- reads it: these, those of the role's set, and those of the sets it was given. The triggers below keep it true.
ALTER TABLE memberships ADD COLUMN direct_permissions text[] NOT NULL DEFAULT '{}';
UPDATE memberships SET direct_permissions = extra_permissions;

ALTER TABLE permission_sets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE membership_permission_sets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON permission_sets TO CURRENT_USER USING (true);
CREATE POLICY owner ON membership_permission_sets TO CURRENT_USER USING (true);

CREATE FUNCTION access.effective_permissions(person uuid, membership uuid, as_role text, direct text[]) RETURNS text[]
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  -- A program has scopes, and whatever its colleagues have is none of its business.
  RETURN CASE WHEN access.is_program(person) THEN '{}' ELSE ARRAY(
    SELECT unnest(direct)
    UNION SELECT unnest(s.permissions) FROM public.permission_sets s
      WHERE s.ended_at IS NULL AND (s.role = as_role OR EXISTS (
        SELECT FROM public.membership_permission_sets g
        WHERE g.permission_set_id = s.id AND g.membership_id = membership))
    ORDER BY 1) END;

-- Who grants writes what they grant; the rest is added.
CREATE FUNCTION access.grant_directly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.direct_permissions := NEW.extra_permissions;
  NEW.extra_permissions := access.effective_permissions(NEW.user_id, NEW.id, NEW.role, NEW.direct_permissions);
  RETURN NEW;
END $$;
CREATE TRIGGER grant_directly BEFORE INSERT OR UPDATE OF extra_permissions ON memberships
  FOR EACH ROW EXECUTE FUNCTION access.grant_directly();

-- Who changes a set, or what is granted directly, touches `direct_permissions`.
CREATE FUNCTION access.count_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.extra_permissions := access.effective_permissions(NEW.user_id, NEW.id, NEW.role, NEW.direct_permissions);
  RETURN NEW;
END $$;
CREATE TRIGGER count_again BEFORE UPDATE OF direct_permissions ON memberships
  FOR EACH ROW EXECUTE FUNCTION access.count_again();

-- Sets do not outlive the membership they were given to: revived, it begins without them.
CREATE FUNCTION access.take_sets_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  DELETE FROM public.membership_permission_sets WHERE membership_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER take_sets_back AFTER UPDATE OF ended_at ON memberships
  FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION access.take_sets_back();

REVOKE EXECUTE ON FUNCTION access.effective_permissions, access.take_sets_back FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.effective_permissions TO carethread_app;

-- Whoever may manage permissions: an operator's administrators those of everybody, others those of the organisation they
-- act for. The sets of roles are seen by both, and changed by administrators.
CREATE POLICY managing ON permission_sets FOR SELECT TO carethread_app
  USING ((SELECT access.holds('ManagePermissions'))
         AND ((SELECT access.role()) = 'administrator' OR organisation_id IS NULL
              OR organisation_id = (SELECT access.organisation_id())));
CREATE POLICY adding ON permission_sets FOR INSERT TO carethread_app
  WITH CHECK (organisation_id IS NOT NULL AND access.manages('ManagePermissions', organisation_id));
CREATE POLICY changing ON permission_sets FOR UPDATE TO carethread_app
  USING ((SELECT access.holds('ManagePermissions'))
         AND ((SELECT access.role()) = 'administrator' OR organisation_id = (SELECT access.organisation_id())));
GRANT SELECT, INSERT, UPDATE (name, permissions, version, ended_at) ON permission_sets TO carethread_app;

CREATE POLICY managing ON membership_permission_sets TO carethread_app
  USING ((SELECT access.holds('ManagePermissions'))
         AND EXISTS (SELECT FROM permission_sets s WHERE s.id = permission_set_id AND s.organisation_id IS NOT NULL));
GRANT SELECT, INSERT, DELETE ON membership_permission_sets TO carethread_app;

CREATE POLICY permitting ON memberships FOR UPDATE TO carethread_app
  USING (role <> 'patient' AND (SELECT access.holds('ManagePermissions'))
         AND ((SELECT access.role()) = 'administrator' OR organisation_id = (SELECT access.organisation_id())));
GRANT UPDATE (direct_permissions) ON memberships TO carethread_app;

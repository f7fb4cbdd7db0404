-- A parent or a carer acts in a patient's place. Given with an access code, which is handed over by hand, works once and
-- is kept as a hash only.
CREATE TABLE delegations (
  id              uuid PRIMARY KEY,
  patient_id      uuid NOT NULL REFERENCES users,
  delegate_id     uuid REFERENCES users CHECK (delegate_id <> patient_id),
  relation        text NOT NULL CHECK (relation IN ('parent', 'guardian', 'partner', 'child', 'carer', 'other')),
  scopes          text[] NOT NULL CHECK (scopes <@ '{read,write,collect}' AND scopes <> '{}'),
  -- Who gave it: the patient, or an administrator for a child, who says why.
  given_by        uuid NOT NULL REFERENCES users,
  reason          text CHECK (char_length(reason) BETWEEN 3 AND 500),
  given_at        timestamptz(3) NOT NULL,
  code_hash       bytea NOT NULL UNIQUE,
  code_expires_at timestamptz(3) NOT NULL,
  redeemed_at     timestamptz(3),
  -- At the latest; for a child, before or when it comes of age.
  ends_at         timestamptz(3) NOT NULL,
  revoked_at      timestamptz(3),
  revoked_by      uuid REFERENCES users,
  version         int NOT NULL DEFAULT 1,
  CHECK ((delegate_id IS NULL) = (redeemed_at IS NULL)),
  CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
  CHECK (given_by = patient_id OR reason IS NOT NULL)
);
CREATE INDEX delegations_of_patient ON delegations (patient_id, id);
CREATE INDEX delegations_of_delegate ON delegations (delegate_id, id);

ALTER TABLE delegations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON delegations TO CURRENT_USER USING (true);
-- Both sides, each as themselves: a proxy neither sees nor gives nor takes back what others may do.
CREATE POLICY patient ON delegations TO carethread_app
  USING (patient_id = (SELECT access.person_id()));
CREATE POLICY delegate_reads ON delegations FOR SELECT TO carethread_app
  USING (delegate_id = (SELECT access.person_id()));
CREATE POLICY delegate_leaves ON delegations FOR UPDATE TO carethread_app
  USING (delegate_id = (SELECT access.person_id()));
CREATE POLICY caretaker ON delegations TO carethread_app
  USING ((SELECT access.holds('ManageDelegations')));
GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by, version) ON delegations TO carethread_app;

-- Takes up the delegation whose code was typed, once; again for the one who did. Nobody may see it before, so this runs
-- as the owner and answers one question about one code.
CREATE FUNCTION access.redeem_delegation(presented bytea, at timestamptz, OUT found_id uuid, OUT fresh boolean)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF access.proxy_id() IS NOT NULL THEN RETURN; END IF;
  UPDATE public.delegations SET delegate_id = access.user_id(), redeemed_at = at, version = version + 1
    WHERE code_hash = presented AND delegate_id IS NULL AND revoked_at IS NULL AND code_expires_at > at AND ends_at > at
      AND patient_id <> access.user_id()
    RETURNING id INTO found_id;
  fresh := found_id IS NOT NULL;
  IF NOT fresh THEN
    SELECT id INTO found_id FROM public.delegations
      WHERE code_hash = presented AND delegate_id = access.user_id() AND revoked_at IS NULL AND ends_at > at;
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION access.redeem_delegation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.redeem_delegation TO carethread_app;

-- What is the account's is the person's, whoever's rights they use.
DROP POLICY self ON email_addresses;
CREATE POLICY self ON email_addresses FOR SELECT TO carethread_app
  USING (user_id = (SELECT access.person_id()) AND (SELECT access.proxy_id()) IS NULL);
DROP POLICY self ON sessions;
CREATE POLICY self ON sessions TO carethread_app
  USING (user_id = (SELECT access.person_id()));
DROP POLICY self ON refresh_tokens;
CREATE POLICY self ON refresh_tokens TO carethread_app
  USING (user_id = (SELECT access.person_id()));

-- Names: each side knows the other's, and whoever shares a ticket with the patient knows who acts for them. Also when it
-- is over: what was done stays signed.
CREATE POLICY delegate ON users FOR SELECT TO carethread_app
  USING (EXISTS (SELECT FROM delegations d WHERE d.patient_id = users.id
                 AND d.delegate_id = (SELECT access.person_id())));
CREATE FUNCTION access.knows_delegate(person uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  RETURN EXISTS (
    SELECT FROM public.delegations d WHERE d.delegate_id = person AND (d.patient_id = access.user_id() OR EXISTS (
      SELECT FROM public.care_relations c WHERE c.patient_id = d.patient_id
        AND c.principal_id = access.principal_id())));
REVOKE EXECUTE ON FUNCTION access.knows_delegate FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.knows_delegate TO carethread_app;
CREATE POLICY proxy ON users FOR SELECT TO carethread_app USING (access.knows_delegate(id));
-- Where the patient is registered: a proxy acts in one of these memberships.
CREATE POLICY delegate ON memberships FOR SELECT TO carethread_app
  USING (role = 'patient' AND EXISTS (SELECT FROM delegations d WHERE d.patient_id = memberships.user_id
         AND d.delegate_id = (SELECT access.person_id()) AND d.revoked_at IS NULL));

-- Accounts are the person's who acts: a proxy has no part in how the patient signs in.
ALTER POLICY self ON password_credentials USING (user_id = (SELECT access.person_id()));
ALTER POLICY changing ON password_credentials USING (user_id = (SELECT access.person_id()));
ALTER POLICY setting ON password_credentials WITH CHECK (user_id = (SELECT access.person_id()));
ALTER POLICY self ON totp_factors USING (user_id = (SELECT access.person_id()));
ALTER POLICY self ON recovery_codes USING (user_id = (SELECT access.person_id()));
ALTER POLICY self ON passkeys USING (user_id = (SELECT access.person_id()));
ALTER POLICY self ON challenges USING (user_id = (SELECT access.person_id()));

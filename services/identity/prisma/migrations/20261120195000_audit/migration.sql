-- Who acts in a patient's place, what they agree to, who opened their record without part in it: every write is on record.
CALL audit.watch('delegations', 'Delegation', 'id', 'patient_id');
CALL audit.watch('consent_decisions', 'Consent', 'consent_id', 'patient_id');
CALL audit.watch('emergency_accesses', 'EmergencyAccess', 'id', 'patient_id');
-- Addresses: one that was invited, and the account of a person at an issuer outside.
CALL audit.watch('invitations', 'Invitation', 'id', 'accepted_by');
CALL audit.watch('outside_accounts', 'User', 'user_id', 'user_id');

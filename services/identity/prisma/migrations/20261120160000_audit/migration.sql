-- Every write of a person, their address, their memberships and sessions is on record.
CALL audit.watch('users', 'User', 'id', 'id');
CALL audit.watch('email_addresses', 'User', 'user_id', 'user_id');
CALL audit.watch('memberships', 'Membership', 'id', 'user_id');
CALL audit.watch('sessions', 'Session', 'id', 'user_id');

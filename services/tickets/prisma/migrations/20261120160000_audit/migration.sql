-- Every write of a ticket is on record.
CALL audit.watch('ticket', 'Ticket', 'id', 'patient_id');

-- Every write of a renewal is on record.
CALL audit.watch('renewal', 'Renewal', 'id', 'patient_id');

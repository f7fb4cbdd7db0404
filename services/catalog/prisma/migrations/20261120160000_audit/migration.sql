-- Every verdict on somebody's prescription is on record. Whose it is, prescriptions knows.
CALL audit.watch('operational.screening', 'Screening', 'id', 'NULL::uuid');

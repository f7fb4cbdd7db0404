-- Every write of a prescription, a fill, a dispense and a patient's facts is on record.
CALL audit.watch('prescription', 'Prescription', 'id', 'patient_id');
CALL audit.watch('fill', 'Fill', 'id', 'patient_id');
CALL audit.watch('dispense', 'Dispense', 'id', 'patient_id');
CALL audit.watch('patient_profile', 'PatientProfile', 'patient_id', 'patient_id');
CALL audit.watch('patient_allergy', 'PatientAllergy', 'id', 'patient_id');
CALL audit.watch('patient_condition', 'PatientCondition', 'id', 'patient_id');

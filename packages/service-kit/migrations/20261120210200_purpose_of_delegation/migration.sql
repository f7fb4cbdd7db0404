-- Whoever takes up a delegation does so because the patient gave them the code; only who looks after children acts for us.
CREATE OR REPLACE FUNCTION audit.purpose_of(patient uuid, person uuid, role text, emergency uuid, kind text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN person IS NULL THEN 'HOPERAT'
    WHEN emergency IS NOT NULL THEN 'ETREAT'
    WHEN patient = person THEN 'PATRQT'
    WHEN kind = 'Delegation' AND role IS DISTINCT FROM 'administrator' THEN 'PATRQT'
    WHEN kind LIKE 'Payment%' THEN 'HPAYMT'
    WHEN role IN ('doctor', 'pharmacist') THEN 'TREAT'
    ELSE 'HOPERAT' END;

-- What a dose should keep to beside its daily maximum: at a time, at least in a day, how often. Null in rules without.
ALTER TABLE reference.dosage_guideline ADD COLUMN range jsonb;

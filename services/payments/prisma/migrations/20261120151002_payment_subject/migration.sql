-- What a service asks money for is paid once, however often it asks.
CREATE UNIQUE INDEX payment_subject ON payment (subject_id) WHERE subject_id IS NOT NULL;

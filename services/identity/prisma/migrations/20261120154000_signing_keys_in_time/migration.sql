-- When a key signs and until when it verifies is written down when its successor is made. From then on every instance
-- knows from the clock what to do: no step can be missed, or taken by two at once.
ALTER TABLE signing_keys ADD COLUMN signs_from timestamptz, ADD COLUMN verifies_until timestamptz;
UPDATE signing_keys SET signs_from = created_at,
  verifies_until = CASE WHEN status = 'retired' THEN now() + interval '1 hour' END;
ALTER TABLE signing_keys ALTER COLUMN signs_from SET NOT NULL, DROP COLUMN status;
-- One key at a time begins to sign.
CREATE UNIQUE INDEX signing_keys_in_time ON signing_keys (signs_from);
GRANT UPDATE (verifies_until), DELETE ON signing_keys TO carethread_worker;

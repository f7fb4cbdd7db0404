-- What happens in the service, as opposed to what it knows.
CREATE SCHEMA operational;

-- A verdict with what it was made from, so that it can be made again. Holds coded health facts of a person: no request
-- reads it, only the worker that writes it.
CREATE TABLE operational.screening (
  id               uuid PRIMARY KEY,
  prescription_id  uuid NOT NULL,
  ticket_id        uuid NOT NULL,
  -- 1 at signing, then one more each time the facts behind the verdict change.
  screening_number int NOT NULL,
  content_version  int NOT NULL,
  content_hash     text NOT NULL,
  release_id       uuid NOT NULL REFERENCES reference.release (id),
  status           text NOT NULL CHECK (status IN ('clear', 'findings', 'incomplete')),
  input            jsonb NOT NULL,
  verdict          jsonb NOT NULL,
  screened_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (prescription_id, screening_number)
);
ALTER TABLE operational.screening ENABLE ROW LEVEL SECURITY;
ALTER TABLE operational.screening FORCE ROW LEVEL SECURITY;
CREATE POLICY screening_worker ON operational.screening TO carethread_worker USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA operational TO carethread_worker;
GRANT SELECT, INSERT ON operational.screening TO carethread_worker;

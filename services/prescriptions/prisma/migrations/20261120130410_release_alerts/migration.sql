-- For doses by body surface.
ALTER TABLE patient_profile ADD COLUMN height_millimetres int CHECK (height_millimetres BETWEEN 200 AND 2800);

-- Each time a release of the catalog came into force, and what it meant for the prescriptions in force then: numbers only.
CREATE TABLE catalog_release (
  release_id      uuid NOT NULL,
  -- More than 1 after a roll-back to it.
  publication     int NOT NULL CHECK (publication > 0),
  number          int NOT NULL,
  published_at    timestamptz(3) NOT NULL,
  -- How many were asked about so far, and whether those are all.
  asked           int NOT NULL DEFAULT 0,
  all_asked       boolean NOT NULL DEFAULT false,
  -- How many have a verdict by it in the place of one by another release; and how many of those say something new, by the
  -- worst of it.
  checked         int NOT NULL DEFAULT 0,
  contraindicated int NOT NULL DEFAULT 0,
  major           int NOT NULL DEFAULT 0,
  moderate        int NOT NULL DEFAULT 0,
  not_checked     int NOT NULL DEFAULT 0,
  PRIMARY KEY (release_id, publication)
);
CREATE INDEX catalog_release_newest ON catalog_release (published_at DESC, publication DESC);

-- What a new release says about a prescription in force that the one before did not.
CREATE TABLE release_alert (
  id               uuid PRIMARY KEY,
  prescription_id  uuid NOT NULL REFERENCES prescription,
  doctor_id        uuid NOT NULL,
  release_id       uuid NOT NULL,
  screening_number int NOT NULL,
  content_hash     text NOT NULL,
  findings         jsonb NOT NULL,
  gaps             jsonb NOT NULL,
  -- Under which the doctor answers them.
  keys             text[] NOT NULL,
  found_at         timestamptz(3) NOT NULL,
  UNIQUE (prescription_id, screening_number)
);
CREATE INDEX release_alert_by_doctor ON release_alert (doctor_id, id);
-- Checks the catalog has not answered: a new release asks no faster than it answers.
CREATE INDEX screening_unanswered ON screening (cause) WHERE verdict IS NULL;

ALTER TABLE release_alert ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON release_alert FOR SELECT TO carethread_app USING (
  doctor_id = (SELECT access.user_id()) AND (SELECT access.role()) = 'doctor');
CREATE POLICY everything ON release_alert TO carethread_worker USING (true);

GRANT SELECT ON catalog_release TO carethread_app, carethread_worker;
GRANT INSERT, UPDATE ON catalog_release TO carethread_worker;
GRANT SELECT ON release_alert TO carethread_app, carethread_worker;
GRANT INSERT ON release_alert TO carethread_worker;

-- Who hides that they are there and that they write is not told of others either.

ALTER TABLE inbox
  ADD COLUMN hides_presence   boolean NOT NULL DEFAULT false,
  -- Number of choices made: the sequence of their events.
  ADD COLUMN presence_version int NOT NULL DEFAULT 0;

GRANT INSERT (hides_presence, presence_version), UPDATE (hides_presence, presence_version) ON inbox TO carethread_app;

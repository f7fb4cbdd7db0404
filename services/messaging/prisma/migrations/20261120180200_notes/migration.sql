-- Notes among staff, mentions, muting, drafts.

-- Who is mentioned where in the text: [{"memberId" or "role", "start", "length"}].
ALTER TABLE message ADD COLUMN mentions jsonb;

ALTER TABLE member
  -- New messages are not announced to them, unless they are mentioned.
  ADD COLUMN muted boolean NOT NULL DEFAULT false,
  -- Until then; null: until they say otherwise.
  ADD COLUMN muted_until timestamptz(3),
  ADD CHECK (muted OR muted_until IS NULL);

-- Numbers of a thread's notes. They are apart from the thread's own, which the patient sees to be without gaps.
CREATE TABLE note_book (
  thread_id   uuid PRIMARY KEY REFERENCES thread,
  last_number int NOT NULL DEFAULT 0,
  -- Number of the newest change and event.
  version     int NOT NULL DEFAULT 0
);

CREATE TABLE note (
  id          uuid PRIMARY KEY,
  thread_id   uuid NOT NULL REFERENCES thread,
  number      int NOT NULL CHECK (number > 0),
  -- Number of its last change within the note book.
  change      int NOT NULL,
  sender_id   uuid NOT NULL,
  sent_by     uuid NOT NULL,
  client_id   uuid NOT NULL,
  fingerprint text,
  body        text CHECK (char_length(body) BETWEEN 1 AND 10000),
  mentions    jsonb,
  sent_at     timestamptz(3) NOT NULL,
  deleted_at  timestamptz(3),
  UNIQUE (thread_id, number),
  UNIQUE (thread_id, change),
  UNIQUE (sent_by, client_id),
  CHECK ((body IS NULL) = (deleted_at IS NOT NULL))
);

-- What somebody has begun to write; their own affair, on all their devices.
CREATE TABLE draft (
  user_id   uuid NOT NULL,
  thread_id uuid NOT NULL REFERENCES thread,
  body      text NOT NULL CHECK (char_length(body) <= 10000),
  version   int NOT NULL CHECK (version > 0),
  saved_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, thread_id)
);
CREATE INDEX draft_of_thread ON draft (thread_id);

ALTER TABLE note_book ENABLE ROW LEVEL SECURITY;
ALTER TABLE note_book FORCE ROW LEVEL SECURITY;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
ALTER TABLE note FORCE ROW LEVEL SECURITY;
ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft FORCE ROW LEVEL SECURITY;

CREATE POLICY staff ON note_book TO carethread_app
  USING ((SELECT role <> 'patient' FROM member WHERE member.thread_id = note_book.thread_id
    AND principal_id = (SELECT access.principal_id()) AND left_at IS NULL));
CREATE POLICY staff ON note FOR SELECT TO carethread_app
  USING ((SELECT role <> 'patient' FROM member WHERE member.thread_id = note.thread_id
    AND principal_id = (SELECT access.principal_id()) AND left_at IS NULL));
CREATE POLICY authors ON note FOR INSERT TO carethread_app
  WITH CHECK (sender_id = (SELECT access.principal_id()) AND sent_by = (SELECT access.user_id())
    AND (SELECT role <> 'patient' FROM member WHERE member.thread_id = note.thread_id
      AND principal_id = (SELECT access.principal_id()) AND left_at IS NULL));
CREATE POLICY own ON note FOR UPDATE TO carethread_app
  USING (sent_by = (SELECT access.user_id())
    AND (SELECT role <> 'patient' FROM member WHERE member.thread_id = note.thread_id
      AND principal_id = (SELECT access.principal_id()) AND left_at IS NULL));
CREATE POLICY own ON draft TO carethread_app
  USING (user_id = (SELECT access.user_id()) AND (SELECT true FROM thread WHERE thread.id = draft.thread_id));
CREATE POLICY worker ON note_book TO carethread_worker USING (true);
CREATE POLICY worker ON note TO carethread_worker USING (true);
CREATE POLICY worker ON draft TO carethread_worker USING (true);

GRANT UPDATE (mentions) ON message TO carethread_app, carethread_worker;
GRANT UPDATE (muted, muted_until) ON member TO carethread_app;
GRANT SELECT, INSERT, UPDATE ON note_book TO carethread_app;
GRANT SELECT, INSERT ON note TO carethread_app;
GRANT UPDATE (body, fingerprint, mentions, change, deleted_at) ON note TO carethread_app;
GRANT SELECT, INSERT, UPDATE ON draft TO carethread_app;
GRANT SELECT, DELETE ON note, draft TO carethread_worker;

-- Messages are edited and deleted, and every change of a thread has a number of its own.

ALTER TABLE thread
  -- Number of the newest change that all members may know of. They are dense: the cursor of live updates.
  ADD COLUMN last_change  int NOT NULL DEFAULT 0,
  -- Changes up to this one are no longer kept one by one.
  ADD COLUMN changes_from int NOT NULL DEFAULT 0,
  -- When the first medicine of the ticket was handed over.
  ADD COLUMN dispensed_at timestamptz(3);

ALTER TABLE member
  -- How far the others are told that this member has read: never goes back, and stays when they read privately.
  ADD COLUMN shown_read_up_to int NOT NULL DEFAULT 0 CHECK (shown_read_up_to >= 0);

-- Nobody but the members themselves learns how far they have read.
ALTER TABLE inbox ADD COLUMN reads_privately boolean NOT NULL DEFAULT false;

ALTER TABLE message
  ALTER COLUMN body DROP NOT NULL,
  ADD COLUMN version      int NOT NULL DEFAULT 1 CHECK (version > 0),
  ADD COLUMN edited_at    timestamptz(3),
  ADD COLUMN deleted_at   timestamptz(3),
  ADD COLUMN deleted_by   text CHECK (deleted_by IN ('author', 'moderator')),
  -- It says how to take or use a medicine.
  ADD COLUMN instructions boolean NOT NULL DEFAULT false,
  ADD CHECK ((body IS NULL) = (deleted_at IS NOT NULL)),
  ADD CHECK ((deleted_at IS NULL) = (deleted_by IS NULL)),
  -- The number alone says that a reply is in the same thread; what it answers may be purged before it.
  DROP CONSTRAINT message_thread_id_reply_to_fkey,
  ADD CHECK (reply_to < number);
CREATE INDEX message_replies ON message (thread_id, reply_to, number) WHERE reply_to IS NOT NULL;

-- The texts a message had before it was edited.
CREATE TABLE message_revision (
  message_id uuid NOT NULL REFERENCES message,
  -- Of the message at that time.
  version    int NOT NULL,
  thread_id  uuid NOT NULL REFERENCES thread,
  body       text NOT NULL,
  written_at timestamptz(3) NOT NULL,
  PRIMARY KEY (message_id, version)
);

-- What happened in a thread, in order: what a client that was away asks for. Ids only; trimmed as technical data.
CREATE TABLE thread_change (
  thread_id  uuid NOT NULL REFERENCES thread,
  number     int NOT NULL CHECK (number > 0),
  kind       text NOT NULL CHECK (kind IN ('added', 'edited', 'deleted', 'read', 'delivered', 'purged')),
  message_id uuid,
  -- Whose receipt it is.
  member_id  uuid,
  -- Up to which message number it was read, delivered or purged.
  up_to      int,
  changed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (thread_id, number),
  CHECK ((kind IN ('added', 'edited', 'deleted')) = (message_id IS NOT NULL)),
  CHECK ((kind IN ('read', 'delivered')) = (member_id IS NOT NULL)),
  CHECK ((message_id IS NULL) = (up_to IS NOT NULL))
);

-- Until now messages were all that changed, so a cursor that somebody holds means the same change.
ALTER TABLE thread NO FORCE ROW LEVEL SECURITY;
ALTER TABLE member NO FORCE ROW LEVEL SECURITY;
ALTER TABLE message NO FORCE ROW LEVEL SECURITY;
INSERT INTO thread_change (thread_id, number, kind, message_id, changed_at)
  SELECT thread_id, number, 'added', id, sent_at FROM message;
UPDATE thread SET last_change = last_number WHERE last_number > 0;
UPDATE member SET shown_read_up_to = read_up_to WHERE read_up_to > 0;
ALTER TABLE thread FORCE ROW LEVEL SECURITY;
ALTER TABLE member FORCE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;

ALTER TABLE message_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_revision FORCE ROW LEVEL SECURITY;
ALTER TABLE thread_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE thread_change FORCE ROW LEVEL SECURITY;

CREATE POLICY authors ON message FOR UPDATE TO carethread_app
  USING (sent_by = (SELECT access.user_id()) AND (SELECT true FROM thread WHERE thread.id = message.thread_id));
CREATE POLICY own ON message_revision TO carethread_app
  USING ((SELECT sent_by = (SELECT access.user_id()) FROM message WHERE message.id = message_id));
-- Staff of the thread see what a text was before; the patient sees that it was edited.
CREATE POLICY staff ON message_revision FOR SELECT TO carethread_app
  USING ((SELECT role <> 'patient' FROM member WHERE member.thread_id = message_revision.thread_id
    AND principal_id = (SELECT access.principal_id()) AND left_at IS NULL));
CREATE POLICY members ON thread_change TO carethread_app
  USING ((SELECT true FROM thread WHERE thread.id = thread_change.thread_id));
CREATE POLICY chosen ON inbox FOR UPDATE TO carethread_app
  USING (principal_id = (SELECT access.principal_id()));
CREATE POLICY first_choice ON inbox FOR INSERT TO carethread_app
  WITH CHECK (principal_id = (SELECT access.principal_id()));
CREATE POLICY worker ON message_revision TO carethread_worker USING (true);
CREATE POLICY worker ON thread_change TO carethread_worker USING (true);

GRANT UPDATE (last_change) ON thread TO carethread_app;
GRANT UPDATE (shown_read_up_to) ON member TO carethread_app;
GRANT INSERT (principal_id, reads_privately), UPDATE (reads_privately) ON inbox TO carethread_app;
GRANT UPDATE (body, fingerprint, version, edited_at, deleted_at, deleted_by) ON message
  TO carethread_app, carethread_worker;
GRANT SELECT, INSERT, DELETE ON message_revision TO carethread_app, carethread_worker;
GRANT SELECT, INSERT ON thread_change TO carethread_app, carethread_worker;
GRANT DELETE ON thread_change TO carethread_worker;

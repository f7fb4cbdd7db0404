-- How long messages are kept, what overrides it, and what people report.

ALTER TABLE thread
  -- Messages up to this number are gone for good.
  ADD COLUMN purged_up_to  int NOT NULL DEFAULT 0 CHECK (purged_up_to <= last_number),
  -- Since when nothing is left to purge.
  ADD COLUMN purged_at     timestamptz(3),
  -- When its ticket ended: from then on its messages are kept for their time.
  ADD COLUMN ended_at      timestamptz(3),
  -- When the doctor ended the room of a consultation; null while it goes on.
  ADD COLUMN room_ended_at timestamptz(3);
CREATE INDEX thread_to_purge ON thread (opened_at) WHERE purged_at IS NULL;
CREATE INDEX thread_change_age ON thread_change USING brin (changed_at);

ALTER TABLE thread NO FORCE ROW LEVEL SECURITY;
UPDATE thread SET ended_at = active_at WHERE ticket_status IN ('closed', 'cancelled', 'expired', 'not_fulfilled');
ALTER TABLE thread FORCE ROW LEVEL SECURITY;

-- Client ids of messages that were purged: they stay spent.
CREATE TABLE spent_client_id (
  sent_by   uuid NOT NULL,
  client_id uuid NOT NULL,
  PRIMARY KEY (sent_by, client_id)
);

-- While one holds, nothing of the thread is purged, and what its authors delete is kept aside.
CREATE TABLE legal_hold (
  id          uuid PRIMARY KEY,
  thread_id   uuid NOT NULL REFERENCES thread,
  reason      text NOT NULL CHECK (char_length(reason) BETWEEN 3 AND 500),
  set_by      uuid NOT NULL,
  set_at      timestamptz(3) NOT NULL,
  lift_reason text CHECK (char_length(lift_reason) BETWEEN 3 AND 500),
  lifted_by   uuid,
  lifted_at   timestamptz(3),
  CHECK ((lifted_by IS NULL) = (lifted_at IS NULL) AND (lifted_by IS NULL) = (lift_reason IS NULL)),
  -- Only a second person lifts it.
  CHECK (lifted_by <> set_by)
);
CREATE INDEX legal_hold_in_force ON legal_hold (thread_id) WHERE lifted_at IS NULL;

-- What a member finds wrong about a message.
CREATE TABLE message_report (
  id              uuid PRIMARY KEY,
  message_id      uuid NOT NULL,
  thread_id       uuid NOT NULL REFERENCES thread,
  reported_by     uuid NOT NULL,
  reason          text NOT NULL CHECK (reason IN ('abuse', 'wrong_person', 'wrong_content', 'privacy', 'spam', 'other')),
  comment         text CHECK (char_length(comment) <= 1000),
  reported_at     timestamptz(3) NOT NULL,
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'dismissed', 'removed')),
  decided_by      uuid,
  decided_at      timestamptz(3),
  decision_reason text,
  UNIQUE (reported_by, message_id),
  CHECK ((status = 'open') = (decided_by IS NULL) AND (status = 'open') = (decided_at IS NULL))
);
CREATE INDEX message_report_open ON message_report (id) WHERE status = 'open';
CREATE INDEX message_report_message ON message_report (message_id);
CREATE INDEX message_report_thread ON message_report (thread_id);

-- Who may not send in a thread, though they may read it.
CREATE TABLE sender_block (
  thread_id  uuid NOT NULL REFERENCES thread,
  user_id    uuid NOT NULL,
  blocked    boolean NOT NULL,
  reason     text NOT NULL CHECK (char_length(reason) BETWEEN 3 AND 500),
  decided_by uuid NOT NULL,
  decided_at timestamptz(3) NOT NULL,
  version    int NOT NULL,
  PRIMARY KEY (thread_id, user_id)
);

-- Texts that were deleted while a hold, or a report about them, was open.
CREATE TABLE held_copy (
  message_id uuid NOT NULL,
  version    int NOT NULL,
  thread_id  uuid NOT NULL REFERENCES thread,
  body       text NOT NULL,
  kept_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (message_id, version)
);
CREATE INDEX held_copy_thread ON held_copy (thread_id);

-- Whatever statement takes a text away: as the owner, because who deletes a message does not learn that it is held.
CREATE FUNCTION keep_held_copy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  message uuid := CASE TG_TABLE_NAME WHEN 'message' THEN (to_jsonb(OLD) ->> 'id')::uuid
    ELSE (to_jsonb(OLD) ->> 'message_id')::uuid END;
BEGIN
  INSERT INTO public.held_copy (message_id, version, thread_id, body, kept_at)
    SELECT message, OLD.version, OLD.thread_id, OLD.body, now()
    WHERE EXISTS (SELECT FROM public.legal_hold WHERE thread_id = OLD.thread_id AND lifted_at IS NULL)
      OR EXISTS (SELECT FROM public.message_report WHERE message_id = message AND status = 'open')
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_held_copy AFTER UPDATE OF body ON message
  FOR EACH ROW WHEN (OLD.body IS NOT NULL AND NEW.body IS NULL) EXECUTE FUNCTION keep_held_copy();
CREATE TRIGGER keep_held_copy AFTER DELETE ON message_revision
  FOR EACH ROW EXECUTE FUNCTION keep_held_copy();

ALTER TABLE spent_client_id ENABLE ROW LEVEL SECURITY;
ALTER TABLE spent_client_id FORCE ROW LEVEL SECURITY;
ALTER TABLE legal_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE legal_hold FORCE ROW LEVEL SECURITY;
ALTER TABLE message_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_report FORCE ROW LEVEL SECURITY;
ALTER TABLE sender_block ENABLE ROW LEVEL SECURITY;
ALTER TABLE sender_block FORCE ROW LEVEL SECURITY;
ALTER TABLE held_copy ENABLE ROW LEVEL SECURITY;
ALTER TABLE held_copy FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON spent_client_id FOR SELECT TO carethread_app USING (sent_by = (SELECT access.person_id()));
CREATE POLICY own ON sender_block FOR SELECT TO carethread_app USING (user_id = (SELECT access.person_id()));
CREATE POLICY own ON message_report TO carethread_app
  USING (reported_by = (SELECT access.person_id()))
  WITH CHECK (reported_by = (SELECT access.person_id()) AND status = 'open'
    AND (SELECT true FROM thread WHERE thread.id = message_report.thread_id));
CREATE POLICY keeping ON legal_hold FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY keeping ON message_report FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY keeping ON held_copy TO CURRENT_USER USING (true);
CREATE POLICY worker ON spent_client_id TO carethread_worker USING (true);
CREATE POLICY worker ON legal_hold TO carethread_worker USING (true);
CREATE POLICY worker ON message_report TO carethread_worker USING (true);
CREATE POLICY worker ON sender_block TO carethread_worker USING (true);
CREATE POLICY worker ON held_copy TO carethread_worker USING (true);

GRANT UPDATE (purged_at) ON thread TO carethread_app;
GRANT SELECT ON spent_client_id, sender_block TO carethread_app;
GRANT SELECT, INSERT ON message_report TO carethread_app;
GRANT SELECT, INSERT ON spent_client_id TO carethread_worker;
GRANT SELECT, INSERT, UPDATE ON legal_hold, sender_block TO carethread_worker;
GRANT SELECT, UPDATE, DELETE ON message_report TO carethread_worker;
GRANT SELECT, DELETE ON held_copy TO carethread_worker;
GRANT DELETE ON message TO carethread_worker;

-- Who acts in a patient's place changes what they wrote themselves, and begins texts of their own.
ALTER POLICY authors ON message
  USING (sent_by = (SELECT access.person_id()) AND (SELECT true FROM thread WHERE thread.id = message.thread_id));
ALTER POLICY own ON message_revision
  USING ((SELECT sent_by = (SELECT access.person_id()) FROM message WHERE message.id = message_id));
ALTER POLICY own ON draft
  USING (user_id = (SELECT access.person_id()) AND (SELECT true FROM thread WHERE thread.id = draft.thread_id));

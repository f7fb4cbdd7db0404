-- What the officer found; null while the question waits.
ALTER TABLE access_question
  ADD COLUMN answer    text CHECK (answer IN ('rightful', 'mistaken', 'misused')),
  ADD COLUMN closed_at timestamptz(3),
  ADD CHECK ((answer IS NULL) = (closed_at IS NULL));
CREATE INDEX access_question_waiting ON access_question (asked_at, access_id) WHERE answer IS NULL;

-- By the officer it was given to, while they answer for accesses.
CREATE POLICY answering ON access_question FOR UPDATE TO carethread_app USING (
  officer_id = (SELECT access.user_id()) AND (SELECT access.has_permission('ReviewAudit')));
GRANT UPDATE (answer, closed_at) ON access_question TO carethread_app;

-- Notes, holds and reports are on record as messages are, with the patient of the thread.
CALL audit.watch('note', 'Note', 'id',
  $$(SELECT principal_id FROM member WHERE member.thread_id = changed.thread_id AND role = 'patient' LIMIT 1)$$);
CALL audit.watch('legal_hold', 'LegalHold', 'id',
  $$(SELECT principal_id FROM member WHERE member.thread_id = changed.thread_id AND role = 'patient' LIMIT 1)$$);
CALL audit.watch('message_report', 'MessageReport', 'id',
  $$(SELECT principal_id FROM member WHERE member.thread_id = changed.thread_id AND role = 'patient' LIMIT 1)$$);

-- Every message is on record, with the patient of its thread.
CALL audit.watch('message', 'Message', 'id',
  $$(SELECT principal_id FROM member WHERE member.thread_id = changed.thread_id AND role = 'patient' LIMIT 1)$$);

-- Who wrote a message is the person at the keyboard: a patient's proxy sends in the patient's name, and signs.
ALTER POLICY senders ON message WITH CHECK (
  sender_id = (SELECT access.principal_id()) AND sent_by = (SELECT access.person_id())
  AND (SELECT true FROM thread WHERE thread.id = message.thread_id));

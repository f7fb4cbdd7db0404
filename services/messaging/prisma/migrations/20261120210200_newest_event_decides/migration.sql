-- Who no longer may stays, with the number of the event that said so: an older one must not undo it.
ALTER TABLE audit_officer
  ADD COLUMN active   boolean NOT NULL DEFAULT true,
  ADD COLUMN sequence int NOT NULL DEFAULT 0;
GRANT UPDATE (active, sequence) ON audit_officer TO carethread_worker;
REVOKE DELETE ON audit_officer FROM carethread_worker;

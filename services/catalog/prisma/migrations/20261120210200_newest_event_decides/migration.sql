-- Who no longer may stays, with the number of the event that said so: an older one must not undo it.
ALTER TABLE operational.publisher
  ADD COLUMN active   boolean NOT NULL DEFAULT true,
  ADD COLUMN sequence int NOT NULL DEFAULT 0;
GRANT UPDATE (active, sequence) ON operational.publisher TO carethread_worker;
REVOKE DELETE ON operational.publisher FROM carethread_worker;

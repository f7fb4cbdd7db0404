-- Number of the event the copy is of: what identity has ended it may grant again, under the same id.
ALTER TABLE membership ADD COLUMN sequence int NOT NULL DEFAULT 0;

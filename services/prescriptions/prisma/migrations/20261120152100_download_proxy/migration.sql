-- Who really fetched it, when somebody acts for the person as whom it was fetched.
ALTER TABLE document_download ADD COLUMN proxy_id uuid;

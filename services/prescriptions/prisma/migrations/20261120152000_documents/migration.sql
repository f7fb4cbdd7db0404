-- A released version as a file: one for each version, made once, never changed.
CREATE TABLE document (
  id                uuid PRIMARY KEY,
  prescription_id   uuid NOT NULL,
  version           int NOT NULL,
  -- Printed on it: 150 random bits in Crockford's base 32. Whoever has it may learn whether the document is valid.
  verification_code text NOT NULL UNIQUE CHECK (verification_code ~ '^[0-9A-HJKMNP-TV-Z]{30}$'),
  content           bytea NOT NULL,
  -- SHA-256 of the bytes, in hexadecimal; a file that does not have it cannot be stored.
  hash              text NOT NULL CHECK (hash = encode(sha256(content), 'hex')),
  made_at           timestamptz(3) NOT NULL,
  -- Number of the last event about it.
  event_number      int NOT NULL DEFAULT 1 CHECK (event_number > 0),
  CONSTRAINT one_document_per_version UNIQUE (prescription_id, version),
  FOREIGN KEY (prescription_id, version) REFERENCES signed_content
);
-- A PDF is compressed already.
ALTER TABLE document ALTER COLUMN content SET STORAGE EXTERNAL;

-- Each time a document was sent to somebody. Only ever added to.
CREATE TABLE document_download (
  id              uuid PRIMARY KEY,
  document_id     uuid NOT NULL REFERENCES document,
  -- The link it was fetched with.
  link_id         uuid NOT NULL,
  user_id         uuid NOT NULL,
  role            text NOT NULL CHECK (role IN ('patient', 'doctor', 'pharmacist')),
  organisation_id uuid NOT NULL,
  downloaded_at   timestamptz(3) NOT NULL
);
CREATE INDEX document_download_of ON document_download (document_id, id);

-- Sign-ins that were ended before their time, for as long as a link made in one could still run.
CREATE TABLE ended_session (
  id       uuid PRIMARY KEY,
  user_id  uuid NOT NULL,
  ended_at timestamptz(3) NOT NULL
);

ALTER TABLE document          ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE document_download ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE ended_session     ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Whoever may see the prescription may have its document.
CREATE POLICY with_prescription ON document FOR SELECT TO carethread_app
  USING (EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id));
CREATE POLICY with_prescription_count ON document FOR UPDATE TO carethread_app
  USING (EXISTS (SELECT 1 FROM prescription p WHERE p.id = prescription_id));
CREATE POLICY everything ON document TO carethread_worker USING (true);

-- The patient sees everybody's; others see their own.
CREATE POLICY patient_reads ON document_download FOR SELECT TO carethread_app USING (
  (SELECT access.role()) = 'patient'
  AND EXISTS (SELECT 1 FROM document d JOIN prescription p ON p.id = d.prescription_id
              WHERE d.id = document_id AND p.patient_id = (SELECT access.user_id())));
CREATE POLICY own ON document_download FOR SELECT TO carethread_app USING (
  user_id = (SELECT access.user_id()) AND role = (SELECT access.role()));
CREATE POLICY own_new ON document_download FOR INSERT TO carethread_app WITH CHECK (
  user_id = (SELECT access.user_id()) AND role = (SELECT access.role())
  AND EXISTS (SELECT 1 FROM document d WHERE d.id = document_id));

CREATE POLICY everything ON ended_session TO carethread_worker USING (true);

GRANT SELECT ON document TO carethread_app, carethread_worker;
GRANT INSERT ON document TO carethread_worker;
GRANT UPDATE (event_number) ON document TO carethread_app;
-- No UPDATE and no DELETE for anybody.
GRANT SELECT, INSERT ON document_download TO carethread_app;
GRANT SELECT, INSERT, DELETE ON ended_session TO carethread_worker;

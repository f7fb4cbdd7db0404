-- A patient's wish for an earlier prescription once more. One row is the whole process: whoever changes it locks it.
CREATE TABLE renewal (
  id              uuid PRIMARY KEY,
  ticket_id       uuid NOT NULL UNIQUE,
  patient_id      uuid NOT NULL,
  doctor_id       uuid NOT NULL,
  clinic_id       uuid NOT NULL,
  source_id       uuid NOT NULL REFERENCES prescription (id),
  -- The content that was asked for. Only this can be approved.
  source_hash     text NOT NULL,
  medicines       jsonb NOT NULL,
  -- When the doctor last signed this content with their own hand.
  authority_at    timestamptz(3) NOT NULL,
  price_minor     int CHECK (price_minor > 0),
  currency        text CHECK (currency ~ '^[A-Z]{3}$'),
  state           text NOT NULL CHECK (state IN ('pending_payment', 'processing', 'rejected', 'unknown', 'awaiting_approval',
                    'approved', 'ready', 'downloaded', 'closed', 'declined', 'cancelled', 'expired')),
  money           text NOT NULL CHECK (money IN ('free', 'due', 'taken', 'going_back', 'back', 'never_taken', 'with_person')),
  deadline        timestamptz(3),
  requested_at    timestamptz(3) NOT NULL,
  decided_by      uuid,
  decided_at      timestamptz(3),
  prescription_id uuid UNIQUE REFERENCES prescription (id),
  document_id     uuid,
  version         int NOT NULL CHECK (version > 0),
  event_number    int NOT NULL CHECK (event_number >= 0),
  step_count      int NOT NULL CHECK (step_count > 0),
  CONSTRAINT renewal_price CHECK ((price_minor IS NULL) = (currency IS NULL)),
  CONSTRAINT renewal_free CHECK ((price_minor IS NULL) = (money = 'free')),
  CONSTRAINT renewal_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
  CONSTRAINT renewal_issued CHECK ((prescription_id IS NOT NULL) OR state NOT IN ('approved', 'ready', 'downloaded'))
) WITH (fillfactor = 70);
-- Nobody has the same thing renewed twice at a time.
CREATE UNIQUE INDEX renewal_open ON renewal (source_id)
  WHERE state NOT IN ('closed', 'declined', 'cancelled', 'expired');
-- Lists: ids are UUIDs of version 7, so their order is the order of asking.
CREATE INDEX renewal_of_patient ON renewal (patient_id, id);
CREATE INDEX renewal_queue ON renewal (id) WHERE state = 'awaiting_approval';
CREATE INDEX renewal_queue_of_doctor ON renewal (doctor_id, id) WHERE state = 'awaiting_approval';

-- What the patient sees of it, in order. Only ever added to.
CREATE TABLE renewal_step (
  renewal_id uuid NOT NULL REFERENCES renewal (id),
  number     int NOT NULL CHECK (number > 0),
  kind       text NOT NULL,
  reason     text,
  at         timestamptz(3) NOT NULL,
  PRIMARY KEY (renewal_id, number)
);

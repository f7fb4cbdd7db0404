CREATE TABLE ticket (
  id                  uuid PRIMARY KEY,
  number              text NOT NULL UNIQUE CHECK (number ~ '^TKT-[0-9]{8}-[0-9A-Z]{5}$'),
  time_zone           text NOT NULL,
  kind                text NOT NULL CHECK (kind IN ('prescription', 'consultation', 'lab_request', 'referral')),
  status              text NOT NULL CHECK (status IN ('created', 'sent', 'received', 'preparing', 'ready', 'closed',
                        'cancel_marked', 'cancelled', 'expired', 'not_fulfilled')),
  version             int NOT NULL CHECK (version > 0),
  timeline_length     int NOT NULL CHECK (timeline_length >= version),
  patient_id          uuid NOT NULL,
  doctor_id           uuid NOT NULL,
  clinic_id           uuid NOT NULL,
  pharmacy_id         uuid,
  any_pharmacy        boolean NOT NULL,
  appointment_id      uuid,
  prescription_id     uuid,
  fence               int NOT NULL CHECK (fence >= 0),
  claim_user_id       uuid,
  lease_until         timestamptz(3),
  cancel_requested_by uuid,
  opened_at           timestamptz(3) NOT NULL,
  expires_at          timestamptz(3) NOT NULL,
  CONSTRAINT ticket_claim CHECK (CASE WHEN status IN ('received', 'preparing', 'ready', 'cancel_marked')
    THEN pharmacy_id IS NOT NULL AND claim_user_id IS NOT NULL AND lease_until IS NOT NULL AND fence > 0
    ELSE claim_user_id IS NULL AND lease_until IS NULL END)
);
-- One live ticket of a kind for an appointment. One that came to nothing leaves the place to another.
CREATE UNIQUE INDEX ticket_appointment ON ticket (appointment_id, kind)
  WHERE status NOT IN ('cancelled', 'expired', 'not_fulfilled');
-- Lists, newest first: ids are UUIDs of version 7, so their order is the order of opening.
CREATE INDEX ticket_of_patient ON ticket (patient_id, id);
CREATE INDEX ticket_of_doctor ON ticket (doctor_id, id);
CREATE INDEX ticket_of_doctor_by_status ON ticket (doctor_id, status, id);
CREATE INDEX ticket_of_pharmacy ON ticket (pharmacy_id, id);
CREATE INDEX ticket_of_pharmacy_by_status ON ticket (pharmacy_id, status, id);

CREATE TABLE access_code (
  ticket_id  uuid PRIMARY KEY REFERENCES ticket (id),
  code       text NOT NULL UNIQUE CHECK (length(code) >= 22),
  patient_id uuid NOT NULL,
  doctor_id  uuid NOT NULL
);

CREATE TABLE timeline_entry (
  ticket_id        uuid NOT NULL REFERENCES ticket (id),
  number           int NOT NULL CHECK (number > 0),
  type             text NOT NULL CHECK (type IN ('opened', 'pharmacy_changed', 'moved', 'noted')),
  from_status      text,
  to_status        text,
  reason           text,
  noted            text,
  subject_id       uuid,
  from_pharmacy_id uuid,
  to_pharmacy_id   uuid,
  fence            int NOT NULL,
  actor_id         uuid,
  on_behalf_of     uuid,
  channel          text NOT NULL CHECK (channel IN ('api', 'event', 'timer')),
  happened_at      timestamptz(3) NOT NULL,
  recorded_at      timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (ticket_id, number)
);

CREATE TABLE organisation (
  id        uuid PRIMARY KEY,
  kind      text NOT NULL CHECK (kind IN ('clinic', 'pharmacy', 'operator')),
  time_zone text NOT NULL,
  sequence  int NOT NULL
);

CREATE TABLE membership (
  id              uuid PRIMARY KEY,
  user_id         uuid NOT NULL,
  organisation_id uuid NOT NULL,
  role            text NOT NULL,
  active          boolean NOT NULL,
  sequence        int NOT NULL
);
CREATE INDEX membership_of_organisation ON membership (organisation_id, user_id) WHERE active;

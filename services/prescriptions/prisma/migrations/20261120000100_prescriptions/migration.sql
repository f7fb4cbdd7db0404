-- Copies of other services' facts, brought by events: ids, codes and states only, never authoritative.
CREATE TABLE organisation (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL,
  time_zone    text NOT NULL,
  jurisdiction text NOT NULL
);

CREATE TABLE membership (
  id              uuid PRIMARY KEY,
  user_id         uuid NOT NULL,
  organisation_id uuid NOT NULL,
  role            text NOT NULL,
  ended           boolean NOT NULL DEFAULT false
);

CREATE TABLE ticket (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL,
  status      text NOT NULL,
  -- Timeline number of the last event that was taken in.
  sequence    int NOT NULL,
  patient_id  uuid NOT NULL,
  doctor_id   uuid NOT NULL,
  clinic_id   uuid NOT NULL,
  pharmacy_id uuid,
  -- Highest fence given out, and highest one whose hold has ended.
  fence       int NOT NULL DEFAULT 0,
  ended_fence int NOT NULL DEFAULT 0,
  held        boolean NOT NULL DEFAULT false
);
CREATE INDEX ticket_by_patient ON ticket (patient_id);

-- What is known about a patient. `version` grows with every change of the row, its allergies or its conditions.
CREATE TABLE patient_profile (
  patient_id           uuid PRIMARY KEY,
  version              int NOT NULL CHECK (version >= 0),
  birth_date           date,
  sex                  text NOT NULL CHECK (sex IN ('female', 'male', 'other', 'unknown')),
  weight_grams         int CHECK (weight_grams BETWEEN 200 AND 700000),
  pregnancy            text NOT NULL CHECK (pregnancy IN ('none', 'trimester1', 'trimester2', 'trimester3', 'unknown')),
  lactating            boolean,
  creatinine_clearance double precision CHECK (creatinine_clearance BETWEEN 0 AND 500),
  liver_impairment     text NOT NULL CHECK (liver_impairment IN ('none', 'mild', 'moderate', 'severe', 'unknown')),
  updated_by           uuid NOT NULL,
  updated_at           timestamptz(3) NOT NULL
);

CREATE TABLE patient_allergy (
  id          uuid PRIMARY KEY,
  patient_id  uuid NOT NULL REFERENCES patient_profile,
  -- `ingredient:amoxicillin` or `class:PENICILLIN`; null when it is known as free text only.
  code        text,
  text        text,
  recorded_by uuid NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  ended_by    uuid,
  ended_at    timestamptz(3),
  CHECK (num_nonnulls(code, text) > 0)
);
CREATE INDEX patient_allergy_by_patient ON patient_allergy (patient_id);
CREATE UNIQUE INDEX one_current_allergy_per_code ON patient_allergy (patient_id, code) WHERE ended_at IS NULL;

CREATE TABLE patient_condition (
  id          uuid PRIMARY KEY,
  patient_id  uuid NOT NULL REFERENCES patient_profile,
  code        text NOT NULL,
  recorded_by uuid NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  ended_by    uuid,
  ended_at    timestamptz(3)
);
CREATE INDEX patient_condition_by_patient ON patient_condition (patient_id);
CREATE UNIQUE INDEX one_current_condition_per_code ON patient_condition (patient_id, code) WHERE ended_at IS NULL;

-- One row is one prescription through all its versions. Its lock orders signing, dispensing, refills and cancelling.
CREATE TABLE prescription (
  id                  uuid PRIMARY KEY,
  ticket_id           uuid NOT NULL,
  patient_id          uuid NOT NULL,
  doctor_id           uuid NOT NULL,
  clinic_id           uuid NOT NULL,
  status              text NOT NULL CHECK (status IN
                        ('draft', 'signed', 'blocked', 'released', 'completed', 'cancelled', 'expired')),
  version             int NOT NULL CHECK (version > 0),
  event_number        int NOT NULL CHECK (event_number >= 0),
  content_version     int NOT NULL CHECK (content_version > 0),
  -- Version the doctor is writing beside the signed one.
  amendment_version   int CHECK (amendment_version = content_version + 1),
  content_hash        text,
  signed_by           uuid,
  signed_at           timestamptz(3),
  valid_until         timestamptz(3),
  released_at         timestamptz(3),
  open_items          int NOT NULL DEFAULT 0 CHECK (open_items >= 0),
  fills_used          int NOT NULL DEFAULT 0 CHECK (fills_used >= 0),
  last_handed_over_at timestamptz(3),
  days_supplied       int NOT NULL DEFAULT 0 CHECK (days_supplied >= 0),
  end_reason          text,
  ended_at            timestamptz(3),
  created_at          timestamptz(3) NOT NULL,
  CHECK ((status = 'draft') <= (signed_at IS NULL)),
  CHECK ((signed_at IS NULL) = (content_hash IS NULL)),
  CHECK (released_at IS NOT NULL OR status NOT IN ('released', 'completed'))
) WITH (fillfactor = 70);
-- One that was discarded or cancelled makes room for another.
CREATE UNIQUE INDEX one_prescription_per_ticket ON prescription (ticket_id) WHERE status <> 'cancelled';
CREATE INDEX prescription_by_ticket ON prescription (ticket_id);
CREATE INDEX prescription_by_patient ON prescription (patient_id, id);
CREATE INDEX prescription_by_doctor ON prescription (doctor_id, id);
CREATE INDEX prescription_in_force ON prescription (id) WHERE status IN ('signed', 'blocked', 'released');

CREATE TABLE prescription_line (
  id                   uuid PRIMARY KEY,
  prescription_id      uuid NOT NULL REFERENCES prescription,
  content_version      int NOT NULL,
  position             int NOT NULL,
  product_id           uuid,
  text                 text NOT NULL,
  ingredients          text[] NOT NULL,
  strength             text,
  form                 text,
  route                text,
  dose_amount          text,
  dose_unit            text,
  doses_per_day        double precision CHECK (doses_per_day > 0),
  duration_days        int CHECK (duration_days > 0),
  quantity             int NOT NULL CHECK (quantity > 0),
  quantity_unit        text NOT NULL,
  repeats              int NOT NULL CHECK (repeats >= 0),
  substitution_allowed boolean NOT NULL,
  instructions         text NOT NULL,
  -- What the catalog said it is; the only columns that change once it is signed.
  wording              text,
  resolved_ingredients text[],
  schedule             text,
  UNIQUE (prescription_id, content_version, position),
  CHECK (num_nonnulls(dose_amount, dose_unit, doses_per_day) IN (0, 3))
);

-- Each signature, with the version it took the place of. Only ever added to.
CREATE TABLE signed_content (
  prescription_id uuid NOT NULL REFERENCES prescription,
  version         int NOT NULL,
  supersedes      int CHECK (supersedes = version - 1),
  content_hash    text NOT NULL,
  signed_by       uuid NOT NULL,
  signed_at       timestamptz(3) NOT NULL,
  valid_until     timestamptz(3) NOT NULL,
  PRIMARY KEY (prescription_id, version),
  CHECK ((version = 1) = (supersedes IS NULL))
);

-- Every check that was asked for, what was asked, and what came back.
CREATE TABLE screening (
  prescription_id uuid NOT NULL REFERENCES prescription,
  number          int NOT NULL CHECK (number > 0),
  content_version int NOT NULL,
  content_hash    text NOT NULL,
  facts_version   int NOT NULL,
  cause           text NOT NULL CHECK (cause IN
                    ('signed', 'patient_facts', 'other_medicine', 'claim', 'catalog_release')),
  input           jsonb NOT NULL,
  asked_at        timestamptz(3) NOT NULL,
  verdict         jsonb,
  -- Three-valued, and null while there is no answer.
  status          text CHECK (status IN ('clear', 'findings', 'incomplete')),
  release_id      text,
  judged_at       timestamptz(3),
  PRIMARY KEY (prescription_id, number),
  CHECK (num_nonnulls(verdict, status, judged_at) IN (0, 3))
);

CREATE TABLE finding_override (
  id              uuid PRIMARY KEY,
  prescription_id uuid NOT NULL REFERENCES prescription,
  content_hash    text NOT NULL,
  finding_key     text NOT NULL,
  reason          text NOT NULL,
  text            text NOT NULL CHECK (char_length(text) BETWEEN 3 AND 500),
  doctor_id       uuid NOT NULL,
  at              timestamptz(3) NOT NULL,
  UNIQUE (prescription_id, content_hash, finding_key)
);

CREATE TABLE fill (
  id               uuid PRIMARY KEY,
  prescription_id  uuid NOT NULL REFERENCES prescription,
  number           int NOT NULL CHECK (number > 0),
  ticket_id        uuid NOT NULL,
  content_version  int NOT NULL,
  status           text NOT NULL CHECK (status IN
                     ('open', 'complete', 'cancelled', 'expired', 'not_fulfilled', 'superseded')),
  version          int NOT NULL CHECK (version > 0),
  last_dispense_id uuid,
  opened_at        timestamptz(3) NOT NULL,
  -- As on the prescription: whose it is, for the row policies.
  patient_id       uuid NOT NULL,
  doctor_id        uuid NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX one_open_fill ON fill (prescription_id) WHERE status = 'open';
CREATE UNIQUE INDEX each_fill_once ON fill (prescription_id, number) WHERE status IN ('open', 'complete');
CREATE UNIQUE INDEX one_fill_per_ticket ON fill (ticket_id) WHERE status <> 'superseded';
CREATE INDEX fill_by_ticket ON fill (ticket_id);
CREATE INDEX fill_by_prescription ON fill (prescription_id);

CREATE TABLE fill_line (
  fill_id       uuid NOT NULL REFERENCES fill,
  line_id       uuid NOT NULL REFERENCES prescription_line,
  quantity      int NOT NULL CHECK (quantity > 0),
  -- Stands ready now: the sum of its preparations.
  prepared      int NOT NULL DEFAULT 0 CHECK (prepared >= 0),
  handed_over   int NOT NULL DEFAULT 0 CHECK (handed_over >= 0),
  not_dispensed text,
  PRIMARY KEY (fill_id, line_id),
  CONSTRAINT never_more_than_authorised CHECK (prepared + handed_over <= quantity)
) WITH (fillfactor = 70);

CREATE TABLE preparation (
  id                  uuid PRIMARY KEY,
  fill_id             uuid NOT NULL,
  line_id             uuid NOT NULL,
  quantity            int NOT NULL CHECK (quantity > 0),
  lot                 text NOT NULL,
  expires_on          date NOT NULL,
  substitute_text     text,
  substitution_type   text,
  substitution_reason text,
  prepared_by         uuid NOT NULL,
  prepared_at         timestamptz(3) NOT NULL,
  FOREIGN KEY (fill_id, line_id) REFERENCES fill_line,
  CHECK (num_nonnulls(substitute_text, substitution_type, substitution_reason) IN (0, 3))
);
CREATE INDEX preparation_by_fill ON preparation (fill_id);

-- What was handed over, once and for ever.
CREATE TABLE dispense (
  id              uuid PRIMARY KEY,
  prescription_id uuid NOT NULL REFERENCES prescription,
  fill_id         uuid NOT NULL REFERENCES fill,
  ticket_id       uuid NOT NULL,
  pharmacy_id     uuid NOT NULL,
  fence           int NOT NULL,
  handed_over_by  uuid NOT NULL,
  handed_over_at  timestamptz(3) NOT NULL,
  patient_id      uuid NOT NULL,
  doctor_id       uuid NOT NULL
);
CREATE INDEX dispense_by_prescription ON dispense (prescription_id);
CREATE INDEX dispense_by_fill ON dispense (fill_id);

CREATE TABLE dispense_item (
  dispense_id         uuid NOT NULL REFERENCES dispense,
  position            int NOT NULL,
  line_id             uuid NOT NULL REFERENCES prescription_line,
  quantity            int NOT NULL CHECK (quantity > 0),
  lot                 text NOT NULL,
  expires_on          date NOT NULL,
  substitute_text     text,
  substitution_type   text,
  substitution_reason text,
  prepared_by         uuid NOT NULL,
  prepared_at         timestamptz(3) NOT NULL,
  PRIMARY KEY (dispense_id, position),
  CHECK (num_nonnulls(substitute_text, substitution_type, substitution_reason) IN (0, 3))
);

-- Which ingredients a patient takes, and until when at most: what a screening of another prescription has to know.
-- A projection, so that a doctor sees the ingredients of a colleague's prescription without seeing the prescription.
CREATE TABLE medicine (
  prescription_id uuid PRIMARY KEY REFERENCES prescription,
  patient_id      uuid NOT NULL,
  doctor_id       uuid NOT NULL,
  ingredients     text[] NOT NULL,
  taken_until     timestamptz(3)
);
CREATE INDEX medicine_by_patient ON medicine (patient_id);

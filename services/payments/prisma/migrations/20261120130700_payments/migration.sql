-- Copy of tickets' tickets: whose money it is, and whether anything may still be charged.
CREATE TABLE ticket (
  id               uuid PRIMARY KEY,
  status           text NOT NULL CHECK (status IN ('created', 'sent', 'received', 'preparing', 'ready', 'closed',
                     'cancel_marked', 'cancelled', 'expired', 'not_fulfilled')),
  patient_id       uuid NOT NULL,
  doctor_id        uuid NOT NULL,
  clinic_id        uuid NOT NULL,
  part_handed_over boolean NOT NULL DEFAULT false,
  -- Number of the event this row was copied from.
  sequence         int NOT NULL
);

CREATE TABLE payment (
  id           uuid PRIMARY KEY,
  ticket_id    uuid NOT NULL,
  payer_id     uuid NOT NULL,
  doctor_id    uuid NOT NULL,
  clinic_id    uuid NOT NULL,
  amount_minor int NOT NULL CHECK (amount_minor > 0),
  currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  purpose      text NOT NULL CHECK (purpose IN ('consultation', 'prescription', 'renewal', 'delivery', 'other')),
  subject_id   uuid,
  requested_by uuid,
  requested_at timestamptz(3) NOT NULL,
  status       text NOT NULL CHECK (status IN ('pending', 'processing', 'unknown', 'succeeded', 'failed', 'cancelled',
                 'refunding', 'partly_refunded', 'refunded')),
  paid_by      uuid,
  failures     int NOT NULL CHECK (failures >= 0),
  next_try_at  timestamptz(3),
  ending       text,
  version      int NOT NULL CHECK (version > 0),
  event_count  int NOT NULL CHECK (event_count > 0)
);
-- Lists, newest first: ids are UUIDs of version 7, so their order is the order of asking.
CREATE INDEX payment_of_payer ON payment (payer_id, id);
CREATE INDEX payment_of_ticket ON payment (ticket_id, id);
-- What can be tried again by hand: for a patient, and for whoever looks after all of them.
CREATE INDEX payment_retryable_of_payer ON payment (payer_id, id) WHERE status = 'failed';
CREATE INDEX payment_retryable ON payment (id) WHERE status = 'failed';

CREATE TABLE attempt (
  id             uuid PRIMARY KEY,
  payment_id     uuid NOT NULL REFERENCES payment (id),
  number         int NOT NULL CHECK (number > 0),
  provider       text NOT NULL,
  -- The provider's token of a payment method. Thirteen digits in a row could be a card's, and have no place here.
  method         text NOT NULL CHECK (method !~ '[0-9]{13}'),
  status         text NOT NULL CHECK (status IN ('sending', 'processing', 'unknown', 'succeeded', 'declined', 'voided')),
  charge_id      text,
  decline        text,
  asked          int NOT NULL CHECK (asked >= 0),
  started_at     timestamptz(3) NOT NULL,
  ended_at       timestamptz(3),
  captured_minor int NOT NULL CHECK (captured_minor >= 0),
  -- Paid back or on its way back: never more than was taken, whatever the code above decides.
  refunded_minor int NOT NULL CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  UNIQUE (payment_id, number),
  CONSTRAINT attempt_captured CHECK ((status = 'succeeded') = (captured_minor > 0)),
  CONSTRAINT attempt_charged CHECK (status <> 'succeeded' OR charge_id IS NOT NULL)
);
-- Two charges of one payment are never under way at once.
CREATE UNIQUE INDEX attempt_open ON attempt (payment_id) WHERE status IN ('sending', 'processing', 'unknown');
CREATE UNIQUE INDEX attempt_charge ON attempt (provider, charge_id);

CREATE TABLE refund (
  id           uuid PRIMARY KEY,
  payment_id   uuid NOT NULL REFERENCES payment (id),
  attempt_id   uuid NOT NULL REFERENCES attempt (id),
  number       int NOT NULL CHECK (number > 0),
  minor        int NOT NULL CHECK (minor > 0),
  reason       text NOT NULL,
  requested_by uuid,
  status       text NOT NULL CHECK (status IN ('sending', 'sent', 'succeeded', 'failed')),
  provider_id  text UNIQUE,
  failure      text,
  started_at   timestamptz(3) NOT NULL,
  ended_at     timestamptz(3),
  UNIQUE (payment_id, number)
);

-- What needs a person.
CREATE TABLE payment_task (
  id          uuid PRIMARY KEY,
  payment_id  uuid NOT NULL REFERENCES payment (id),
  kind        text NOT NULL CHECK (kind IN ('charge_unknown', 'refund_unknown', 'refund_failed', 'part_handed_over',
                'foreign_refund', 'disputed')),
  -- The attempt, refund or ticket it is about, or the provider's id of what was not ours.
  subject     text NOT NULL,
  owner_id    uuid NOT NULL,
  opened_at   timestamptz(3) NOT NULL,
  resolution  text CHECK (resolution IN ('settled', 'refunded_by_hand', 'written_off', 'nothing_to_do')),
  resolved_by uuid,
  resolved_at timestamptz(3),
  version     int NOT NULL DEFAULT 1,
  CONSTRAINT payment_task_resolved CHECK (num_nonnulls(resolution, resolved_by, resolved_at) IN (0, 3))
);
CREATE INDEX payment_task_open ON payment_task (id) WHERE resolution IS NULL;
CREATE INDEX payment_task_of_owner ON payment_task (owner_id, id) WHERE resolution IS NULL;
CREATE INDEX payment_task_of_payment ON payment_task (payment_id);

-- Webhooks as they came, less everything a card or a person could be known by. The provider's id makes each one count once.
CREATE TABLE webhook (
  id          uuid PRIMARY KEY,
  provider    text NOT NULL,
  event_id    text NOT NULL,
  type        text NOT NULL,
  notice      jsonb NOT NULL,
  status      text NOT NULL CHECK (status IN ('received', 'waiting', 'applied', 'not_ours', 'unmatched')),
  tries       int NOT NULL DEFAULT 0,
  received_at timestamptz(3) NOT NULL,
  UNIQUE (provider, event_id)
);
CREATE INDEX webhook_unmatched ON webhook (received_at) WHERE status IN ('waiting', 'unmatched');

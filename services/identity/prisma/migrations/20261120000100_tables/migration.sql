-- People, the organisations they act for, and how they prove who they are.
CREATE TABLE organisations (
  id            uuid PRIMARY KEY,
  kind          text NOT NULL CHECK (kind IN ('clinic', 'pharmacy', 'operator')),
  name          text NOT NULL,
  city          text NOT NULL,
  time_zone     text NOT NULL,
  jurisdiction  text NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX organisations_by_name ON organisations (name, id);

CREATE TABLE users (
  id            uuid PRIMARY KEY,
  display_name  text NOT NULL,
  given_name    text,
  family_name   text,
  -- Set with the first membership as doctor, pharmacist or administrator and never taken back: old tickets go on
  -- naming the people who worked on them.
  is_staff      boolean NOT NULL DEFAULT false,
  registered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_by_name ON users (display_name, id);

-- Apart from users, because fewer people may see it and row security decides by row.
CREATE TABLE email_addresses (
  user_id uuid PRIMARY KEY REFERENCES users,
  -- As normalised by src/email-address.ts, so that finding it is an equality, which row security leaves its index.
  email   text NOT NULL UNIQUE CHECK (email IS NFC NORMALIZED)
);

CREATE TABLE password_credentials (
  user_id       uuid PRIMARY KEY REFERENCES users,
  password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  set_at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
  id                uuid PRIMARY KEY,
  user_id           uuid NOT NULL REFERENCES users,
  organisation_id   uuid NOT NULL REFERENCES organisations,
  role              text NOT NULL CHECK (role IN ('patient', 'doctor', 'pharmacist', 'administrator')),
  licence_number    text,
  -- On top of what every holder of the role may do.
  extra_permissions text[] NOT NULL DEFAULT '{}',
  version           int NOT NULL DEFAULT 1,
  granted_at        timestamptz NOT NULL,
  ended_at          timestamptz,
  UNIQUE (user_id, organisation_id, role),
  UNIQUE (id, user_id)
);
CREATE INDEX memberships_in_organisation ON memberships (organisation_id, role, user_id) WHERE ended_at IS NULL;

CREATE TABLE sessions (
  id            uuid PRIMARY KEY,
  user_id       uuid NOT NULL,
  membership_id uuid NOT NULL,
  created_at    timestamptz NOT NULL,
  last_used_at  timestamptz NOT NULL,
  -- When it ends unless it is refreshed before, and when it ends in any case.
  expires_at    timestamptz NOT NULL,
  ends_at       timestamptz NOT NULL,
  revoked_at    timestamptz,
  UNIQUE (id, user_id),
  -- Nobody can act in somebody else's membership.
  FOREIGN KEY (membership_id, user_id) REFERENCES memberships (id, user_id)
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_in_membership ON sessions (membership_id) WHERE revoked_at IS NULL;

-- The tokens of one session are one family: at most one of them is not replaced.
CREATE TABLE refresh_tokens (
  token_hash  bytea PRIMARY KEY,
  session_id  uuid NOT NULL,
  user_id     uuid NOT NULL,
  expires_at  timestamptz NOT NULL,
  replaced_at timestamptz,
  FOREIGN KEY (session_id, user_id) REFERENCES sessions (id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX refresh_tokens_live ON refresh_tokens (session_id) WHERE replaced_at IS NULL;
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
  kid                text PRIMARY KEY,
  status             text NOT NULL CHECK (status IN ('active', 'retired')),
  public_jwk         jsonb NOT NULL,
  sealed_private_key bytea NOT NULL,
  created_at         timestamptz NOT NULL DEFAULT now()
);

-- Who shares a ticket with a patient: the doctor, and the pharmacy as one body. A copy, kept by ticket events.
CREATE TABLE care_relations (
  ticket_id    uuid NOT NULL,
  patient_id   uuid NOT NULL,
  principal_id uuid NOT NULL,
  PRIMARY KEY (ticket_id, principal_id)
);
CREATE INDEX care_relations_of_patient ON care_relations (patient_id, principal_id);
CREATE INDEX care_relations_of_principal ON care_relations (principal_id);

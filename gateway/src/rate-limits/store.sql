-- What was spent, by pseudonym. Unlogged: after a crash of the database every count begins anew, and that is all.
CREATE UNLOGGED TABLE IF NOT EXISTS spent (
  key text PRIMARY KEY,
  points integer NOT NULL,
  -- Milliseconds since 1970.
  expire bigint
) WITH (fillfactor = 70);

REVOKE ALL ON spent FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON spent TO gateway_app;

-- The catalog's administration. What people change is staged in schema operational, under the right that the change
-- needs; schema reference is written by carethread_catalog_admin alone, when a release is made.

-- A right of the person who asks, beyond the role.
CREATE FUNCTION access.may(permission text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN permission = ANY (string_to_array(current_setting('app.permissions', true), ','));
CREATE FUNCTION access.administers_catalog() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN access.may('ManageDrugCatalog') OR access.may('ManageClinicalRules') OR access.may('PublishCatalogRelease');

-- A third part of a release: what people here have changed ('local'). Parts are written and copied as they came;
-- changes are applied to the whole when it is complete, and what they took the place of is kept beside it.
CREATE TABLE reference.local_change (
  release_id uuid NOT NULL REFERENCES reference.release (id) ON DELETE CASCADE,
  -- What it is about, such as `rule:ddi-030`: a later change takes the place of an earlier one.
  key        text COLLATE "C" NOT NULL,
  -- Of operational.catalog_change, where who and why stand.
  change_id  uuid NOT NULL,
  change     jsonb NOT NULL,
  -- Why it could not be applied to this release; null when it was.
  problem    text,
  PRIMARY KEY (release_id, key)
);

-- Rows of other parts that a local change took out of a release or changed there, as they came.
CREATE TABLE reference.shadowed_row (
  release_id uuid NOT NULL REFERENCES reference.release (id) ON DELETE CASCADE,
  table_name text NOT NULL,
  origin     text NOT NULL,
  row        jsonb NOT NULL
);
CREATE INDEX shadowed_row_of ON reference.shadowed_row (release_id, table_name, origin);

-- What a publication came to: an attempt that is made again finds here that it is done.
CREATE TABLE reference.publication_done (
  publication_id uuid PRIMARY KEY,
  release_id     uuid NOT NULL REFERENCES reference.release (id) ON DELETE CASCADE
);

GRANT SELECT ON reference.local_change, reference.shadowed_row, reference.publication_done
  TO carethread_app, carethread_worker;
GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON reference.local_change, reference.shadowed_row,
  reference.publication_done TO carethread_catalog_admin;

-- The making of a release out of staged changes, or the return to an earlier one; done by a task.
CREATE TABLE operational.publication (
  id             uuid PRIMARY KEY,
  kind           text NOT NULL CHECK (kind IN ('changes', 'roll_back')),
  status         text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
  -- Of the release to put into force again.
  release_number int,
  reason         text NOT NULL CHECK (char_length(reason) BETWEEN 3 AND 500),
  requested_by   uuid NOT NULL,
  requested_at   timestamptz(3) NOT NULL DEFAULT now(),
  -- What it is at, and how many of how many steps are done.
  step           text NOT NULL DEFAULT 'waiting',
  steps_done     int NOT NULL DEFAULT 0,
  steps          int NOT NULL DEFAULT 1,
  -- What it came to.
  published      int,
  failure        text,
  ended_at       timestamptz(3),
  CHECK ((kind = 'roll_back') = (release_number IS NOT NULL))
);
-- One at a time: the next one is decided on when the outcome of this one is known.
CREATE UNIQUE INDEX one_publication_at_a_time ON operational.publication ((true)) WHERE status IN ('queued', 'running');

CREATE TABLE operational.catalog_change (
  id             uuid PRIMARY KEY,
  key            text COLLATE "C" NOT NULL,
  permission     text NOT NULL GENERATED ALWAYS AS
                   (CASE WHEN key LIKE 'rule:%' THEN 'ManageClinicalRules' ELSE 'ManageDrugCatalog' END) STORED,
  change         jsonb NOT NULL,
  reason         text NOT NULL CHECK (char_length(reason) BETWEEN 3 AND 500),
  status         text NOT NULL DEFAULT 'staged' CHECK (status IN ('staged', 'publishing', 'published', 'discarded')),
  version        int NOT NULL DEFAULT 1 CHECK (version > 0),
  staged_by      uuid NOT NULL,
  staged_at      timestamptz(3) NOT NULL DEFAULT now(),
  publication_id uuid REFERENCES operational.publication (id),
  CHECK ((publication_id IS NOT NULL) = (status IN ('publishing', 'published')))
);
CREATE UNIQUE INDEX one_staged_change ON operational.catalog_change (key) WHERE status IN ('staged', 'publishing');
CREATE INDEX catalog_change_of ON operational.catalog_change (publication_id);

-- Products that must not reach patients: beside the releases, and at once.
CREATE TABLE operational.withdrawal (
  id             uuid PRIMARY KEY,
  product_id     uuid NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('withdrawn', 'recalled')),
  -- As printed; null for the whole product.
  lots           text[] CHECK (cardinality(lots) > 0),
  recall_class   int CHECK (recall_class BETWEEN 1 AND 3),
  reason         text NOT NULL CHECK (char_length(reason) BETWEEN 3 AND 500),
  effective_from timestamptz(3) NOT NULL,
  -- Null when an import found it.
  recorded_by    uuid,
  recorded_at    timestamptz(3) NOT NULL DEFAULT now(),
  version        int NOT NULL DEFAULT 1 CHECK (version > 0),
  ended_by       uuid,
  ended_at       timestamptz(3),
  end_reason     text CHECK (char_length(end_reason) BETWEEN 3 AND 500),
  CHECK ((kind = 'recalled') = (recall_class IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX withdrawal_of ON operational.withdrawal (product_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_withdrawal_of_the_whole ON operational.withdrawal (product_id, kind)
  WHERE ended_at IS NULL AND lots IS NULL;

-- Memberships that may publish, from identity's events: whoever staged rules does not publish them alone when somebody
-- else could.
CREATE TABLE operational.publisher (
  membership_id uuid PRIMARY KEY,
  user_id       uuid NOT NULL
);

ALTER TABLE operational.publication    ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE operational.catalog_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE operational.withdrawal     ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE operational.publisher      ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY administrators ON operational.publication FOR SELECT TO carethread_app
  USING ((SELECT access.administers_catalog()));
CREATE POLICY publishers ON operational.publication FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.may('PublishCatalogRelease')) AND requested_by = (SELECT access.user_id())
              AND status = 'queued');

CREATE POLICY administrators ON operational.catalog_change FOR SELECT TO carethread_app
  USING ((SELECT access.administers_catalog()));
CREATE POLICY stage ON operational.catalog_change FOR INSERT TO carethread_app
  WITH CHECK (access.may(permission) AND staged_by = (SELECT access.user_id()) AND status = 'staged');
CREATE POLICY discard ON operational.catalog_change FOR UPDATE TO carethread_app
  USING (status = 'staged') WITH CHECK (
    (status = 'discarded' AND access.may(permission))
    OR (status = 'publishing' AND (SELECT access.may('PublishCatalogRelease'))));

-- Everybody who is signed in has to know what must not be dispensed.
CREATE POLICY everybody ON operational.withdrawal FOR SELECT TO carethread_app
  USING ((SELECT access.user_id()) IS NOT NULL);
CREATE POLICY keepers ON operational.withdrawal FOR INSERT TO carethread_app
  WITH CHECK ((SELECT access.may('ManageDrugCatalog')) AND recorded_by = (SELECT access.user_id()));
CREATE POLICY keepers_end ON operational.withdrawal FOR UPDATE TO carethread_app
  USING ((SELECT access.may('ManageDrugCatalog')) AND ended_at IS NULL)
  WITH CHECK (ended_by = (SELECT access.user_id()) AND ended_at IS NOT NULL);

CREATE POLICY publishers ON operational.publisher FOR SELECT TO carethread_app
  USING ((SELECT access.may('PublishCatalogRelease')));

CREATE POLICY everything ON operational.publication    TO carethread_worker USING (true);
CREATE POLICY everything ON operational.catalog_change TO carethread_worker USING (true);
CREATE POLICY everything ON operational.withdrawal     TO carethread_worker USING (true);
CREATE POLICY everything ON operational.publisher      TO carethread_worker USING (true);

GRANT USAGE ON SCHEMA operational TO carethread_app;
GRANT SELECT ON operational.publication, operational.catalog_change, operational.withdrawal, operational.publisher
  TO carethread_app, carethread_worker;
GRANT INSERT (id, kind, release_number, reason, requested_by) ON operational.publication TO carethread_app;
GRANT INSERT (id, key, change, reason, staged_by) ON operational.catalog_change TO carethread_app;
GRANT UPDATE (status, version, publication_id) ON operational.catalog_change TO carethread_app, carethread_worker;
GRANT UPDATE (status, step, steps_done, steps, published, failure, ended_at) ON operational.publication
  TO carethread_worker;
GRANT INSERT (id, product_id, kind, lots, recall_class, reason, effective_from, recorded_by)
  ON operational.withdrawal TO carethread_app, carethread_worker;
GRANT UPDATE (version, ended_by, ended_at, end_reason) ON operational.withdrawal TO carethread_app, carethread_worker;
GRANT INSERT, UPDATE, DELETE ON operational.publisher TO carethread_worker;

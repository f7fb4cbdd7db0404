-- A release is made of parts by where its rows come from. An import replaces one part and copies the others.
CREATE TABLE reference.release_part (
  release_id      uuid NOT NULL REFERENCES reference.release (id),
  origin          text NOT NULL CHECK (origin IN ('formulary', 'medi', 'ndc', 'bdpm', 'local', 'rules')),
  -- SHA-256 of what it was read from: the same content is not imported twice.
  content_hash    text NOT NULL,
  -- The parts it was matched against. When they change, the same content can come out differently.
  vocabulary_hash text NOT NULL,
  source_name     text NOT NULL,
  -- The day the source speaks of; null when nobody said.
  source_date     date,
  licence         text NOT NULL,
  imported_at     timestamptz NOT NULL DEFAULT now(),
  -- How many rows of each kind were taken, and how many lines were left out.
  counts          jsonb NOT NULL,
  PRIMARY KEY (release_id, origin)
);
INSERT INTO reference.release_part
SELECT id, 'formulary', formulary_hash, '', 'Carethread formulary', NULL::date, 'CC0-1.0', created_at, '{}'::jsonb FROM reference.release
UNION ALL
SELECT id, 'ndc', ndc_hash, '', 'FDA National Drug Code directory', NULL, 'Public domain (US Government work)', created_at, '{}'::jsonb
  FROM reference.release WHERE ndc_hash IS NOT NULL;

ALTER TABLE reference.release
  DROP COLUMN formulary_hash,
  DROP COLUMN ndc_hash,
  -- The release in force when it was made; what it did not replace is copied from there.
  ADD COLUMN base_id uuid REFERENCES reference.release (id) ON DELETE SET NULL,
  -- Why it was written but not put into force; empty when nothing was suspicious.
  ADD COLUMN concerns jsonb NOT NULL DEFAULT '[]',
  -- Whether a verdict refers to it. Who looks after the catalog may not read verdicts, so the fact is kept here.
  ADD COLUMN judged boolean NOT NULL DEFAULT true,
  -- Only what a verdict needs to be repeated is left of it.
  ADD COLUMN pruned boolean NOT NULL DEFAULT false;
-- True for what was there before, as verdicts may refer to any of it.
ALTER TABLE reference.release ALTER COLUMN judged SET DEFAULT false;
CREATE INDEX release_base ON reference.release (base_id);

CREATE FUNCTION operational.note_release_use() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE reference.release SET judged = true WHERE id = NEW.release_id AND NOT judged;
  RETURN NULL;
END $$;
CREATE TRIGGER note_release_use AFTER INSERT ON operational.screening
  FOR EACH ROW EXECUTE FUNCTION operational.note_release_use();

-- Each time a release came into force: the one before is what a roll-back goes back to.
CREATE TABLE reference.release_publication (
  number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  release_id   uuid NOT NULL REFERENCES reference.release (id),
  published_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX release_publication_of ON reference.release_publication (release_id);
INSERT INTO reference.release_publication (release_id, published_at)
SELECT release_id, published_at FROM
  (SELECT id AS release_id, created_at AS published_at FROM reference.release
    WHERE publications > 0 AND id NOT IN (SELECT release_id FROM reference.current_release)
   UNION ALL SELECT release_id, published_at FROM reference.current_release) published
 ORDER BY published_at;

ALTER TABLE reference.ingredient
  DROP CONSTRAINT ingredient_origin_check,
  ADD CONSTRAINT ingredient_origin_check CHECK (origin IN ('formulary', 'medi', 'ndc', 'bdpm', 'local', 'rules'));

ALTER TABLE reference.product
  DROP CONSTRAINT product_origin_check,
  ADD CONSTRAINT product_origin_check CHECK (origin IN ('formulary', 'medi', 'ndc', 'bdpm', 'local', 'rules')),
  -- Where it is authorised; null for what is prescribed everywhere.
  ADD COLUMN jurisdiction    text CHECK (jurisdiction IN ('US', 'FR')),
  -- The whole name as its source prints it, and in which language (ISO 639-1).
  ADD COLUMN printed_name    text,
  ADD COLUMN language        text,
  ADD COLUMN marketing_start date,
  -- The last day it is sold, as far as the source knows.
  ADD COLUMN marketing_end   date,
  -- not_marketed: authorised, not sold. excluded: the authority took it off its list. unfinished: not for patients as it is.
  ADD COLUMN market_status   text NOT NULL DEFAULT 'marketed'
    CHECK (market_status IN ('marketed', 'not_marketed', 'excluded', 'unfinished')),
  ADD CHECK (marketing_end >= marketing_start);
UPDATE reference.product SET jurisdiction = 'US' WHERE origin = 'ndc';

ALTER TABLE reference.package
  ADD COLUMN marketing_start date,
  ADD COLUMN marketing_end   date,
  -- Given away by the company, not sold.
  ADD COLUMN sample          boolean NOT NULL DEFAULT false,
  ADD CHECK (marketing_end >= marketing_start);

-- What a package costs, and how much of it an insurance pays.
CREATE TABLE reference.package_price (
  release_id   uuid NOT NULL,
  package_code text NOT NULL,
  -- public: without, public_with_fee: with the fee for handing it over. reimbursement: a rate, not an amount.
  kind         text NOT NULL CHECK (kind IN ('public', 'fee', 'public_with_fee', 'reimbursement')),
  -- In the currency's smallest unit.
  amount_minor bigint CHECK (amount_minor >= 0),
  currency     text CHECK (currency ~ '^[A-Z]{3}$'),
  percent      numeric CHECK (percent BETWEEN 0 AND 100),
  valid_from   date,
  source       text NOT NULL,
  origin       text NOT NULL,
  PRIMARY KEY (release_id, package_code, kind),
  FOREIGN KEY (release_id, package_code) REFERENCES reference.package,
  CHECK (CASE kind WHEN 'reimbursement' THEN num_nulls(amount_minor, currency) = 2 AND percent IS NOT NULL
         ELSE num_nulls(amount_minor, currency) = 0 AND percent IS NULL END)
);

-- What an authority says may stand in for each other.
CREATE TABLE reference.generic_group (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  code       text NOT NULL,
  name       text NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, code)
);
CREATE TABLE reference.generic_group_member (
  release_id uuid NOT NULL,
  group_code text NOT NULL,
  product_id uuid NOT NULL,
  -- dose_complement: the same in another amount. substitutable: by decision, not as a generic.
  kind       text NOT NULL CHECK (kind IN ('reference', 'generic', 'dose_complement', 'substitutable')),
  origin     text NOT NULL,
  PRIMARY KEY (release_id, group_code, product_id),
  FOREIGN KEY (release_id, group_code) REFERENCES reference.generic_group,
  FOREIGN KEY (release_id, product_id) REFERENCES reference.product
);
CREATE INDEX generic_group_member_of ON reference.generic_group_member (release_id, product_id);

-- Where medicines with an ingredient are or were approved.
CREATE TABLE reference.ingredient_approval (
  release_id      uuid NOT NULL,
  ingredient_code text NOT NULL,
  region          text NOT NULL CHECK (region IN ('US', 'EU', 'JP')),
  -- RX, OTC or DISCONTINUED, as the source has it; empty when it only says that there is one.
  status          text NOT NULL,
  origin          text NOT NULL,
  PRIMARY KEY (release_id, ingredient_code, region, status),
  FOREIGN KEY (release_id, ingredient_code) REFERENCES reference.ingredient
);

GRANT SELECT ON reference.release_part, reference.release_publication, reference.package_price, reference.generic_group,
  reference.generic_group_member, reference.ingredient_approval TO carethread_app, carethread_worker;
GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON reference.release_part, reference.release_publication,
  reference.package_price, reference.generic_group, reference.generic_group_member, reference.ingredient_approval
  TO carethread_catalog_admin;

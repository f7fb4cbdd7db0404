-- The drug catalog with its clinical rules. No personal data, so no row level security: everybody reads, only the
-- catalog's administrators write. Every row belongs to a release; a release is written beside the one in force and comes
-- into force by one update of one row, so searches and checks never see half of one.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE SCHEMA reference;

CREATE TABLE reference.release (
  id             uuid PRIMARY KEY,
  number         int NOT NULL UNIQUE CHECK (number > 0),
  -- SHA-256 of what each part was made of: the same content is not loaded twice.
  formulary_hash text NOT NULL,
  ndc_hash       text,
  -- How often it came into force: more than once after a roll-back.
  publications   int NOT NULL DEFAULT 0,
  created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE reference.current_release (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  release_id   uuid NOT NULL REFERENCES reference.release (id),
  published_at timestamptz NOT NULL DEFAULT now()
);

-- `origin` says which part of a release a row belongs to: 'formulary' (shipped, reviewed) or 'ndc' (imported list). A new
-- release copies the part that did not change.

CREATE TABLE reference.ingredient (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  code       text NOT NULL,
  name       text NOT NULL,
  schedule   text CHECK (schedule IN ('CII', 'CIII', 'CIV', 'CV')),
  -- Whether rules were considered for it: that none names it then means something.
  reviewed   boolean NOT NULL,
  origin     text NOT NULL CHECK (origin IN ('formulary', 'ndc')),
  PRIMARY KEY (release_id, code)
);

CREATE TABLE reference.ingredient_synonym (
  release_id      uuid NOT NULL,
  ingredient_code text NOT NULL,
  -- ISO 639-1; empty for brands, INN and abbreviations.
  language        text NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('brand', 'inn', 'name')),
  name            text NOT NULL,
  origin          text NOT NULL,
  PRIMARY KEY (release_id, ingredient_code, name),
  FOREIGN KEY (release_id, ingredient_code) REFERENCES reference.ingredient
);

CREATE TABLE reference.ingredient_code (
  release_id      uuid NOT NULL,
  system          text NOT NULL,
  value           text NOT NULL,
  ingredient_code text NOT NULL,
  origin          text NOT NULL,
  PRIMARY KEY (release_id, value, system, ingredient_code),
  FOREIGN KEY (release_id, ingredient_code) REFERENCES reference.ingredient
);
CREATE INDEX ingredient_code_of ON reference.ingredient_code (release_id, ingredient_code);

CREATE TABLE reference.ingredient_class (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  code       text NOT NULL,
  name       text NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, code)
);

CREATE TABLE reference.ingredient_class_member (
  release_id      uuid NOT NULL,
  class_code      text NOT NULL,
  ingredient_code text NOT NULL,
  origin          text NOT NULL,
  PRIMARY KEY (release_id, class_code, ingredient_code),
  FOREIGN KEY (release_id, class_code) REFERENCES reference.ingredient_class,
  FOREIGN KEY (release_id, ingredient_code) REFERENCES reference.ingredient
);
CREATE INDEX ingredient_class_member_of ON reference.ingredient_class_member (release_id, ingredient_code);

CREATE TABLE reference.look_alike (
  release_id uuid NOT NULL,
  a          text NOT NULL,
  b          text NOT NULL CHECK (a < b),
  origin     text NOT NULL,
  PRIMARY KEY (release_id, a, b),
  FOREIGN KEY (release_id, a) REFERENCES reference.ingredient,
  FOREIGN KEY (release_id, b) REFERENCES reference.ingredient
);

CREATE TABLE reference.dosage_form (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  code       text NOT NULL,
  name       text NOT NULL,
  words      text[] NOT NULL,
  ndc_names  text[] NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, code)
);

CREATE TABLE reference.route (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  code       text NOT NULL,
  name       text NOT NULL,
  exposure   text NOT NULL CHECK (exposure IN ('systemic', 'local')),
  ndc_names  text[] NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, code)
);

CREATE TABLE reference.therapeutic_category (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  atc_prefix text NOT NULL,
  name       text NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, atc_prefix)
);

CREATE TABLE reference.condition (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  code       text NOT NULL,
  name       text NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, code)
);

-- What a patient may be allergic to beside ingredients and classes, such as food:shellfish.
CREATE TABLE reference.other_allergen (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  code       text NOT NULL,
  name       text NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, code)
);

CREATE TABLE reference.company (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  id         uuid NOT NULL,
  name       text NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, id)
);

CREATE TABLE reference.product (
  release_id   uuid NOT NULL REFERENCES reference.release (id),
  id           uuid NOT NULL,
  generic_name text NOT NULL,
  brand_name   text,
  -- Further brands it is known by.
  brands       text[] NOT NULL,
  form_code    text NOT NULL,
  -- As printed; null when the source does not say or cannot be read.
  strength     text,
  supply       text NOT NULL CHECK (supply IN ('rx', 'otc')),
  schedule     text CHECK (schedule IN ('CII', 'CIII', 'CIV', 'CV')),
  category     text,
  company_id   uuid,
  origin       text NOT NULL CHECK (origin IN ('formulary', 'ndc')),
  -- What follows serves search. Routes once more, so that a filter needs no join.
  routes       text[] NOT NULL,
  -- Whole names, folded: an equal question is an exact hit.
  names        text[] NOT NULL,
  -- Folded words. Weight A: its own names and ingredients; B: brands, synonyms; C: strengths; D: form and route.
  words        tsvector NOT NULL,
  -- Reviewed products first, then by name, form and amount.
  sort_key     text COLLATE "C" NOT NULL,
  -- Ingredients, amounts and form: equal for what may stand in for each other.
  equivalence  text,
  PRIMARY KEY (release_id, id),
  FOREIGN KEY (release_id, form_code) REFERENCES reference.dosage_form,
  FOREIGN KEY (release_id, company_id) REFERENCES reference.company
);
CREATE INDEX product_words ON reference.product USING gin (release_id, words) WITH (fastupdate = off);
CREATE INDEX product_in_order ON reference.product (release_id, sort_key, id);
CREATE INDEX product_equivalents ON reference.product (release_id, equivalence);

CREATE TABLE reference.product_ingredient (
  release_id       uuid NOT NULL,
  product_id       uuid NOT NULL,
  position         int NOT NULL,
  ingredient_code  text NOT NULL,
  -- All null when the strength is not known; a unit of '1' is one piece.
  numerator        numeric,
  numerator_unit   text,
  denominator      numeric,
  denominator_unit text,
  origin           text NOT NULL,
  PRIMARY KEY (release_id, product_id, position),
  FOREIGN KEY (release_id, product_id) REFERENCES reference.product,
  FOREIGN KEY (release_id, ingredient_code) REFERENCES reference.ingredient,
  CHECK (num_nulls(numerator, numerator_unit, denominator, denominator_unit) IN (0, 4)),
  CHECK (denominator > 0)
);
CREATE INDEX product_ingredient_of ON reference.product_ingredient (release_id, ingredient_code);

CREATE TABLE reference.product_route (
  release_id uuid NOT NULL,
  product_id uuid NOT NULL,
  route_code text NOT NULL,
  origin     text NOT NULL,
  PRIMARY KEY (release_id, product_id, route_code),
  FOREIGN KEY (release_id, product_id) REFERENCES reference.product,
  FOREIGN KEY (release_id, route_code) REFERENCES reference.route
);

CREATE TABLE reference.package (
  release_id  uuid NOT NULL,
  code        text NOT NULL,
  product_id  uuid NOT NULL,
  description text NOT NULL,
  origin      text NOT NULL,
  PRIMARY KEY (release_id, code),
  FOREIGN KEY (release_id, product_id) REFERENCES reference.product
);
CREATE INDEX package_of ON reference.package (release_id, product_id);

-- Codes of a product and of its packages, written as they are looked up: digits only, without hyphens.
CREATE TABLE reference.product_code (
  release_id   uuid NOT NULL,
  value        text NOT NULL,
  system       text NOT NULL,
  product_id   uuid NOT NULL,
  package_code text NOT NULL DEFAULT '',
  origin       text NOT NULL,
  PRIMARY KEY (release_id, value, system, product_id, package_code),
  FOREIGN KEY (release_id, product_id) REFERENCES reference.product
);
CREATE INDEX product_code_of ON reference.product_code (release_id, product_id);

-- The words of names, for repairing misspelt ones. Numbers, units and short words are not in it.
CREATE TABLE reference.search_word (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  word       text COLLATE "C" NOT NULL,
  PRIMARY KEY (release_id, word)
);
CREATE INDEX search_word_alike ON reference.search_word USING gin (release_id, word gin_trgm_ops)
  WITH (fastupdate = off);

-- Rules. A subject is 'ingredient:<code>' or 'class:<CODE>'.

CREATE TABLE reference.interaction_rule (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  id         text NOT NULL,
  a          text NOT NULL,
  b          text NOT NULL,
  severity   text NOT NULL CHECK (severity IN ('contraindicated', 'major', 'moderate', 'info')),
  mechanism  text NOT NULL,
  effect     text NOT NULL,
  management text NOT NULL,
  exposure   text NOT NULL CHECK (exposure IN ('systemic', 'any')),
  "when"     jsonb,
  sources    jsonb NOT NULL CHECK (jsonb_array_length(sources) > 0),
  origin     text NOT NULL,
  PRIMARY KEY (release_id, id)
);
CREATE INDEX interaction_rule_a ON reference.interaction_rule (release_id, a);
CREATE INDEX interaction_rule_b ON reference.interaction_rule (release_id, b);

CREATE TABLE reference.allergy_rule (
  release_id       uuid NOT NULL REFERENCES reference.release (id),
  id               text NOT NULL,
  allergy_to       text NOT NULL,
  applies_to       text NOT NULL,
  severity         text NOT NULL CHECK (severity IN ('contraindicated', 'major', 'moderate', 'info')),
  cross_reactivity text NOT NULL,
  text             text NOT NULL,
  management       text NOT NULL,
  sources          jsonb NOT NULL CHECK (jsonb_array_length(sources) > 0),
  origin           text NOT NULL,
  PRIMARY KEY (release_id, id)
);

CREATE TABLE reference.contraindication_rule (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  id         text NOT NULL,
  subject    text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('pregnancy', 'lactation', 'age', 'condition', 'renal', 'liver')),
  criterion  jsonb NOT NULL,
  severity   text NOT NULL CHECK (severity IN ('contraindicated', 'major', 'moderate', 'info')),
  exposure   text NOT NULL CHECK (exposure IN ('systemic', 'any')),
  text       text NOT NULL,
  management text NOT NULL,
  sources    jsonb NOT NULL CHECK (jsonb_array_length(sources) > 0),
  origin     text NOT NULL,
  PRIMARY KEY (release_id, id)
);
CREATE INDEX contraindication_rule_subject ON reference.contraindication_rule (release_id, subject);

CREATE TABLE reference.duplicate_rule (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  id         text NOT NULL,
  subject    text NOT NULL,
  severity   text NOT NULL CHECK (severity IN ('contraindicated', 'major', 'moderate', 'info')),
  text       text NOT NULL,
  management text NOT NULL,
  sources    jsonb NOT NULL CHECK (jsonb_array_length(sources) > 0),
  origin     text NOT NULL,
  PRIMARY KEY (release_id, id)
);

CREATE TABLE reference.dosage_guideline (
  release_id  uuid NOT NULL REFERENCES reference.release (id),
  id          text NOT NULL,
  ingredient  text NOT NULL,
  routes      text[] NOT NULL,
  population  jsonb NOT NULL,
  max_per_day jsonb NOT NULL,
  adjustments jsonb NOT NULL,
  text        text NOT NULL,
  sources     jsonb NOT NULL CHECK (jsonb_array_length(sources) > 0),
  origin      text NOT NULL,
  PRIMARY KEY (release_id, id),
  FOREIGN KEY (release_id, ingredient) REFERENCES reference.ingredient
);

GRANT USAGE ON SCHEMA reference TO carethread_app, carethread_worker, carethread_catalog_admin;
GRANT SELECT ON ALL TABLES IN SCHEMA reference TO carethread_app, carethread_worker;
GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON ALL TABLES IN SCHEMA reference TO carethread_catalog_admin;
-- A release comes into force together with its event.
GRANT USAGE ON SCHEMA bus TO carethread_catalog_admin;
GRANT INSERT ON bus.outbox TO carethread_catalog_admin;

-- What search goes by, derived from the rows of a release and never written by anybody else. The rows themselves (product,
-- ingredient, dosage_form …) hold only what a source says; `reference.index_release` works out the rest, in sets.
--
-- The index is an inverted one, kept as rows: for each word the products that have it, as a sorted array of their places.
-- A place is a product's number in the order that lists have (reviewed first, then by name, form and amount), so what
-- several words have in common is already a page in order: nothing is sorted, and no product that is not shown is read.
-- A GIN index over tsvector was measured first: it has to fetch and sort every hit of a common word (docs/adr/0012).
CREATE EXTENSION IF NOT EXISTS intarray;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- Folding ------------------------------------------------------------------------------------------------------------

/* A text as it is searched: lower case, without accents and apostrophes, ligatures written out, only letters, digits and
   points within numbers, single spaces. What is stored and what is asked go through it. pg_c_utf8 makes it the same on
   every machine. */
CREATE FUNCTION reference.fold(printed text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(
  regexp_replace(
    regexp_replace(
      translate(
        replace(replace(replace(replace(
          lower(CASE WHEN octet_length(printed) = length(printed) THEN printed
            ELSE regexp_replace(normalize(printed, NFKD), '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]', '', 'g')
            END COLLATE "pg_c_utf8"),
          'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
        'øłđð''’‘ʼ`', 'oldd'),
      '(^|[\s(/+])\.(?=[0-9])', '\10.', 'g'),
    '([^[:alnum:].]|(?<![0-9])\.|\.(?![0-9]))+', ' ', 'g'));

CREATE FUNCTION reference.words_of(folded text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_remove(string_to_array(folded, ' '), '');

-- Amounts ------------------------------------------------------------------------------------------------------------

-- Units that convert, under every spelling that is understood. `factor`: how many of the dimension's smallest unit.
CREATE TABLE reference.unit (
  spelling  text COLLATE "C" PRIMARY KEY,
  unit      text NOT NULL,
  dimension text NOT NULL,
  factor    numeric NOT NULL CHECK (factor > 0)
);
INSERT INTO reference.unit
WITH base (unit, dimension, factor) AS (
  VALUES ('ng', 'mass', 1), ('mcg', 'mass', 1e3), ('mg', 'mass', 1e6), ('g', 'mass', 1e9), ('kg', 'mass', 1e12),
    ('ul', 'volume', 1), ('ml', 'volume', 1e3), ('l', 'volume', 1e6),
    ('unit', 'unit', 1), ('meq', 'equivalent', 1), ('mmol', 'mole', 1),
    ('min', 'time', 1), ('h', 'time', 60), ('d', 'time', 1440)
  UNION ALL
  SELECT piece, 'count', 1 FROM unnest(ARRAY['1', 'tablet', 'capsule', 'puff', 'actuation', 'spray', 'patch',
    'suppository', 'pessary', 'lozenge', 'film', 'sachet', 'vial', 'ampoule', 'syringe', 'dose', 'piece', 'ring',
    'implant']) piece
), spelt (spelling, unit) AS (
  SELECT unit, unit FROM base
  UNION ALL
  VALUES ('ug', 'mcg'), ('µg', 'mcg'), ('μg', 'mcg'), ('microgram', 'mcg'), ('milligram', 'mg'), ('gram', 'g'),
    ('milliliter', 'ml'), ('millilitre', 'ml'), ('liter', 'l'), ('litre', 'l'), ('iu', 'unit'), ('u', 'unit'),
    ('[iu]', 'unit'), ('[usp''u]', 'unit'), ('hour', 'h'), ('hr', 'h'), ('day', 'd'), ('tab', 'tablet'),
    ('cap', 'capsule'), ('inhalation', 'puff'), ('application', 'dose')
)
SELECT DISTINCT ON (written) written, unit, dimension, factor
  FROM spelt JOIN base USING (unit),
       unnest(ARRAY[spelling, spelling || 's', spelling || 'es', regexp_replace(spelling, 'y$', 'ies')]) written
 ORDER BY written, length(spelling) DESC;

CREATE FUNCTION reference.unit_spelling(printed text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(lower(btrim(printed)), '^\{(.*)\}$', '\1');

CREATE FUNCTION reference.plain(number numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN trim_scale(trunc(number, 9))::text;

/* The words a strength answers to, each only as a whole: 500 mg is `500`, `500mg`, `0.5g` and `500000mcg`; 250 mg/5 mL
   also `5ml`; 10 mg/g also `1%`. The bare number is the amount, never the volume. */
CREATE FUNCTION reference.amount_words(amount numeric, unit text, per_amount numeric, per_unit text) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
  SELECT array_agg(DISTINCT word)
    FROM reference.unit measured, reference.unit per,
         LATERAL (
           VALUES (reference.plain(amount)), (reference.plain(amount) || measured.unit),
             (CASE WHEN per.unit <> '1' THEN reference.plain(per_amount) || per.unit END),
             (CASE WHEN measured.dimension = 'mass' AND per.unit IN ('ml', 'g')
                THEN reference.plain(amount * measured.factor / per_amount / 1e7) || '%' END)
           UNION ALL
           SELECT reference.plain(amount * measured.factor / mass.factor) || mass.unit
             FROM reference.unit mass
            WHERE measured.dimension = 'mass' AND mass.spelling IN ('mcg', 'mg', 'g')
         ) answer (word)
   WHERE measured.spelling = reference.unit_spelling(amount_words.unit)
     AND per.spelling = reference.unit_spelling(per_unit) AND word IS NOT NULL
);

-- How misspelt words are compared ------------------------------------------------------------------------------------

/* A folded word as it is heard, so that spellings people confuse become one: ph and f, th and t, y and i, c, k, s and z,
   doubled letters, a silent h, German umlauts written out, and the endings of English, French, Spanish and German
   (-ine, -ina, -in; -ole, -ol; -ide, -ida, -id). */
CREATE FUNCTION reference.sound(word text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  heard text := word;
  rule text[];
BEGIN
  FOREACH rule SLICE 1 IN ARRAY ARRAY[
    ['ph', 'f'], ['sch|ch|ck|qu|q', 'k'], ['c(?=[eiy])', 's'], ['c', 'k'], ['^x', 's'], ['x', 'ks'], ['z', 's'],
    ['ts', 's'], ['y|j', 'i'], ['w', 'v'], ['h', ''], ['ae|oe|eu|ei|ai', 'e'], ['ou|ue', 'u'], ['ee|ea', 'i'],
    ['(.)\1+', '\1'], ['(?<=...)[aeo]+$', '']
  ] LOOP
    heard := regexp_replace(heard, rule[1], rule[2], 'g');
  END LOOP;
  RETURN heard;
END $$;

-- Its consonants, as vowels are what people hear least well. A vowel in front stays a vowel in front.
CREATE FUNCTION reference.skeleton(sound text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(regexp_replace(sound, '^[aeiou]+', '_'), '[aeiou]', '', 'g');

-- The index ----------------------------------------------------------------------------------------------------------

-- Products that share everything one can filter by: counted once for all of them.
CREATE TABLE reference.search_shape (
  release_id   uuid NOT NULL REFERENCES reference.release (id),
  shape        int NOT NULL,
  form         text NOT NULL,
  routes       text[] NOT NULL,
  category     text,
  classes      text[] NOT NULL,
  company      uuid,
  supply       text NOT NULL,
  schedule     text,
  jurisdiction text,
  PRIMARY KEY (release_id, shape)
);

CREATE TABLE reference.search_document (
  release_id    uuid NOT NULL REFERENCES reference.release (id),
  -- 1, 2, 3 … in the order of lists.
  place         int NOT NULL,
  product_id    uuid NOT NULL,
  shape         int NOT NULL,
  -- Its ingredients without amounts: products with the same number contain the same.
  contents      int NOT NULL,
  -- Ingredients, amounts and form: equal for what may stand in for each other; null when an amount is not known.
  equivalence   text,
  -- All folded.
  generic_name  text NOT NULL,
  brand_name    text,
  printed_name  text,
  -- The last day it is sold; long ago for what is not sold at all, null when no end is known.
  marketing_end date,
  PRIMARY KEY (release_id, place),
  FOREIGN KEY (release_id, product_id) REFERENCES reference.product
);
CREATE INDEX search_document_of ON reference.search_document (release_id, product_id) INCLUDE (place);
CREATE INDEX search_document_equivalents ON reference.search_document (release_id, equivalence, place);
CREATE INDEX search_document_ended ON reference.search_document (release_id, marketing_end) INCLUDE (place)
  WHERE marketing_end IS NOT NULL;

-- Names of ingredients, folded.
CREATE TABLE reference.search_label (
  release_id      uuid NOT NULL,
  ingredient_code text NOT NULL,
  name            text NOT NULL,
  folded          text COLLATE "C" NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('own', 'inn', 'name', 'brand')),
  language        text NOT NULL,
  FOREIGN KEY (release_id, ingredient_code) REFERENCES reference.ingredient
);
CREATE INDEX search_label_of ON reference.search_label (release_id, ingredient_code);
CREATE INDEX search_label_begins ON reference.search_label (release_id, folded);
CREATE INDEX search_label_words ON reference.search_label USING gin (release_id, folded gin_trgm_ops)
  WITH (fastupdate = off);

-- For each term the places of the products that have it, in order. Kinds:
--   name, alias            whole names: its own, and those of its brands and in other languages
--   word, other            their words
--   amount, form           words of strengths, forms and routes
--   filter:<field>         values a filter may ask for
--   all, ended             every place, under an empty term; those no longer sold on the day that is the term
-- `word*` and the like hold the union for beginnings of up to four letters that many terms share.
CREATE TABLE reference.search_posting (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  kind       text COLLATE "C" NOT NULL,
  term       text COLLATE "C" NOT NULL,
  places     int[] NOT NULL,
  PRIMARY KEY (release_id, kind, term)
);

-- Words of names that a misspelt one may have meant. Numbers, units and short words are not in it.
DROP TABLE reference.search_word;
CREATE TABLE reference.search_word (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  word       text COLLATE "C" NOT NULL,
  sound      text COLLATE "C" NOT NULL,
  skeleton   text COLLATE "C" NOT NULL,
  -- Whether the reviewed formulary has it, and in how many products it is: what is common was meant sooner.
  reviewed   boolean NOT NULL,
  products   int NOT NULL,
  PRIMARY KEY (release_id, word)
);
CREATE INDEX search_word_alike ON reference.search_word USING gin (release_id, word gin_trgm_ops)
  WITH (fastupdate = off);
CREATE INDEX search_word_sounds ON reference.search_word (release_id, sound);
CREATE INDEX search_word_skeletons ON reference.search_word (release_id, skeleton);

GRANT SELECT ON reference.unit, reference.search_shape, reference.search_document, reference.search_label,
  reference.search_posting, reference.search_word TO carethread_app, carethread_worker;
GRANT SELECT ON reference.unit TO carethread_catalog_admin;
GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON reference.search_shape, reference.search_document,
  reference.search_label, reference.search_posting, reference.search_word TO carethread_catalog_admin;

-- Set operations on places, as aggregates: what all of the lists have, and what any of them has.
CREATE AGGREGATE reference.all_of(int[]) (sfunc = public._int_inter, stype = int[], parallel = safe);
CREATE AGGREGATE reference.any_of(int[]) (sfunc = public._int_union, stype = int[], parallel = safe);

-- How it is made -----------------------------------------------------------------------------------------------------

/* 250 mg/5 mL and 50 mg/mL are the same: the amount in the smallest unit, per one of the product's, with the dimensions. */
CREATE FUNCTION reference.concentration(measured reference.unit, per reference.unit, amount numeric, per_amount numeric)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(trunc(amount * measured.factor / (per_amount * per.factor), 6))::text
  || ' ' || measured.dimension || '/' || per.dimension;

CREATE FUNCTION reference.index_labels(of_release uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO reference.search_label
  SELECT of_release, code, name, reference.fold(name), 'own', ''
    FROM reference.ingredient WHERE release_id = of_release
  UNION ALL
  SELECT of_release, ingredient_code, name, reference.fold(name), kind, language
    FROM reference.ingredient_synonym WHERE release_id = of_release;
$$;

/* Every product of the release in the order of lists: reviewed before imported, single medicines before mixtures, then by
   name, form and amount as a number. */
CREATE FUNCTION reference.index_documents(of_release uuid) RETURNS void LANGUAGE sql AS $$
  WITH part AS (
    SELECT product_id, count(*) AS ingredients,
           string_agg(DISTINCT ingredient_code, '+' ORDER BY ingredient_code) AS contents,
           (array_agg(numerator * measured.factor / (denominator * per.factor) ORDER BY position))[1] AS amount,
           CASE WHEN bool_and(measured.unit IS NOT NULL AND per.unit IS NOT NULL) THEN
             string_agg(ingredient_code || ' ' || reference.concentration(measured, per, numerator, denominator), '|'
               ORDER BY ingredient_code COLLATE "C") END AS amounts
      FROM reference.product_ingredient
      LEFT JOIN reference.unit measured ON measured.spelling = reference.unit_spelling(numerator_unit)
      LEFT JOIN reference.unit per ON per.spelling = reference.unit_spelling(denominator_unit)
     WHERE release_id = of_release GROUP BY product_id
  ), route AS (
    SELECT product_id, array_agg(route_code ORDER BY route_code COLLATE "C") AS routes
      FROM reference.product_route WHERE release_id = of_release GROUP BY product_id
  ), class AS (
    SELECT product_id, array_agg(DISTINCT class_code ORDER BY class_code) AS classes
      FROM reference.product_ingredient JOIN reference.ingredient_class_member USING (release_id, ingredient_code)
     WHERE release_id = of_release GROUP BY product_id
  ), name AS MATERIALIZED (
    SELECT name, reference.fold(name) AS folded
      FROM (SELECT generic_name AS name FROM reference.product WHERE release_id = of_release
            UNION SELECT brand_name FROM reference.product WHERE release_id = of_release
            UNION SELECT printed_name FROM reference.product WHERE release_id = of_release) each
  ), listed AS MATERIALIZED (
    SELECT product.id, origin, form_code, category, company_id, supply, schedule, jurisdiction, market_status,
           marketing_end, coalesce(route.routes, '{}') AS routes, coalesce(class.classes, '{}') AS classes,
           generic.folded AS generic, brand.folded AS brand, printed.folded AS printed, part.contents,
           part.ingredients, part.amount, part.amounts || '|' || form_code AS equivalence
      FROM reference.product
      LEFT JOIN part ON part.product_id = product.id
      LEFT JOIN route ON route.product_id = product.id
      LEFT JOIN class ON class.product_id = product.id
      JOIN name generic ON generic.name = generic_name
      LEFT JOIN name brand ON brand.name = brand_name
      LEFT JOIN name printed ON printed.name = printed_name
     WHERE release_id = of_release
  ), numbered AS MATERIALIZED (
    SELECT *,
           row_number() OVER (
             ORDER BY origin NOT IN ('formulary', 'local'), least(coalesce(ingredients, 9), 9), generic COLLATE "C",
               brand COLLATE "C" NULLS FIRST, form_code COLLATE "C", amount NULLS FIRST, id) AS place,
           dense_rank() OVER (
             ORDER BY form_code, routes, category, classes, company_id, supply, schedule, jurisdiction) AS shape,
           dense_rank() OVER (ORDER BY contents, CASE WHEN contents IS NULL THEN generic END) AS contents_number
      FROM listed
  ), shape AS (
    INSERT INTO reference.search_shape
    SELECT DISTINCT of_release, shape, form_code, routes, category, classes, company_id, supply, schedule, jurisdiction
      FROM numbered
  )
  INSERT INTO reference.search_document
  SELECT of_release, place, id, shape, contents_number, equivalence, generic, brand, printed,
         CASE WHEN market_status = 'marketed' THEN marketing_end ELSE '-infinity' END
    FROM numbered;
$$;

CREATE FUNCTION reference.index_names(of_release uuid) RETURNS void LANGUAGE sql AS $$
  WITH named AS MATERIALIZED (
    -- Its own names.
    SELECT 'name' AS kind, folded, place
      FROM reference.search_document, unnest(ARRAY[generic_name, brand_name, printed_name]) folded
     WHERE release_id = of_release AND folded <> ''
    UNION ALL
    -- Names of its ingredients; only their words count, as a mixture is not called by the name of one of its parts.
    -- A mixture goes by its own brands: "Lipitor" asks for atorvastatin alone.
    SELECT CASE label.kind WHEN 'own' THEN 'part' ELSE 'alias' END, label.folded, place
      FROM reference.product_ingredient part
      JOIN reference.search_label label USING (release_id, ingredient_code)
      JOIN reference.search_document document USING (release_id, product_id)
     WHERE release_id = of_release
       AND (label.kind <> 'brand' OR NOT EXISTS (
             SELECT FROM reference.product_ingredient other
              WHERE other.release_id = of_release AND other.product_id = part.product_id
                AND other.position <> part.position))
    UNION ALL
    SELECT 'alias', reference.fold(brand), place
      FROM reference.product JOIN reference.search_document document
        ON document.release_id = product.release_id AND product_id = id, unnest(brands) brand
     WHERE product.release_id = of_release
  ), term AS (
    SELECT kind, folded AS term, place FROM named WHERE kind <> 'part'
    UNION ALL
    SELECT CASE kind WHEN 'alias' THEN 'other' ELSE 'word' END, word, place
      FROM named, unnest(reference.words_of(folded)) word
  )
  INSERT INTO reference.search_posting
  SELECT of_release, kind, term, public.uniq(public.sort(array_agg(place))) FROM term GROUP BY kind, term;
$$;

-- What a shape offers to filters and facets. `none` stands for what has none.
CREATE VIEW reference.search_shape_value WITH (security_invoker = true) AS
SELECT release_id, shape, field, value
  FROM reference.search_shape,
       LATERAL (
         VALUES ('form', form), ('category', coalesce(category, 'none')), ('company', coalesce(company::text, 'none')),
           ('supply', supply), ('schedule', coalesce(schedule, 'none')), ('jurisdiction', coalesce(jurisdiction, 'none'))
         UNION ALL SELECT 'route', route FROM unnest(routes) route
         UNION ALL SELECT 'class', class FROM unnest(classes) class
       ) offered (field, value);
GRANT SELECT ON reference.search_shape_value TO carethread_app, carethread_worker, carethread_catalog_admin;

CREATE FUNCTION reference.index_attributes(of_release uuid) RETURNS void LANGUAGE sql AS $$
  WITH form_word AS (
    SELECT code, word FROM reference.dosage_form, unnest(words || name) printed,
           unnest(reference.words_of(reference.fold(printed))) word
     WHERE release_id = of_release
  ), strength AS MATERIALIZED (
    SELECT DISTINCT numerator, numerator_unit, denominator, denominator_unit
      FROM reference.product_ingredient WHERE release_id = of_release AND numerator IS NOT NULL
  ), answer AS MATERIALIZED (
    SELECT strength.*, word
      FROM strength,
           unnest(reference.amount_words(numerator, numerator_unit, denominator, denominator_unit)) word
  ), term AS (
    SELECT 'form' AS kind, word AS term, shape FROM reference.search_shape JOIN form_word ON code = form
     WHERE release_id = of_release
    UNION SELECT 'form', word, shape
      FROM reference.search_shape, unnest(routes) route, unnest(reference.words_of(reference.fold(route))) word
     WHERE release_id = of_release
    UNION SELECT 'filter:' || field, value, shape FROM reference.search_shape_value WHERE release_id = of_release
  )
  INSERT INTO reference.search_posting
  SELECT of_release, kind, term, public.sort(array_agg(place))
    FROM term JOIN reference.search_document USING (shape) WHERE release_id = of_release GROUP BY kind, term
  UNION ALL
  SELECT of_release, 'amount', word, public.uniq(public.sort(array_agg(place)))
    FROM reference.product_ingredient
    JOIN answer USING (numerator, numerator_unit, denominator, denominator_unit)
    JOIN reference.search_document USING (release_id, product_id)
   WHERE release_id = of_release GROUP BY word
  UNION ALL
  SELECT of_release, 'all', '', array_agg(place ORDER BY place)
    FROM reference.search_document WHERE release_id = of_release HAVING count(*) > 0
  UNION ALL
  SELECT of_release, 'ended', current_date::text, coalesce(array_agg(place ORDER BY place), '{}')
    FROM reference.search_document WHERE release_id = of_release AND marketing_end < current_date;
$$;

-- The union for beginnings that more than eight terms share: "a" is one row then, not two thousand.
CREATE FUNCTION reference.index_beginnings(of_release uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO reference.search_posting
  SELECT of_release, kind || '*', left(term, letters), reference.any_of(places)
    FROM reference.search_posting, generate_series(1, 4) letters
   WHERE release_id = of_release AND kind IN ('name', 'word', 'other') AND length(term) >= letters
   GROUP BY kind, left(term, letters), letters HAVING count(*) > 8;
$$;

CREATE FUNCTION reference.index_words(of_release uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO reference.search_word
  SELECT of_release, word, sound, reference.skeleton(sound), reviewed, products
    FROM (SELECT term AS word, reference.sound(term) AS sound, bool_or(places[1] <= reviewed_to) AS reviewed,
                 max(cardinality(places)) AS products
            FROM reference.search_posting,
                 (SELECT count(*) AS reviewed_to FROM reference.product
                   WHERE release_id = of_release AND origin IN ('formulary', 'local')) formulary
           WHERE release_id = of_release AND kind IN ('word', 'other') AND length(term) >= 5 AND term !~ '[0-9]'
           GROUP BY term) each;
$$;

CREATE FUNCTION reference.unindex_release(of_release uuid) RETURNS void LANGUAGE sql AS $$
  DELETE FROM reference.search_word WHERE release_id = of_release;
  DELETE FROM reference.search_posting WHERE release_id = of_release;
  DELETE FROM reference.search_label WHERE release_id = of_release;
  DELETE FROM reference.search_document WHERE release_id = of_release;
  DELETE FROM reference.search_shape WHERE release_id = of_release;
$$;

/* Makes what search needs of a release whose rows are all there; what was made before is made anew. */
CREATE FUNCTION reference.index_release(of_release uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM reference.unindex_release(of_release);
  PERFORM reference.index_labels(of_release);
  PERFORM reference.index_documents(of_release);
  -- The steps that follow join these: without statistics PostgreSQL would loop over them.
  ANALYZE reference.search_label, reference.search_shape, reference.search_document;
  PERFORM reference.index_names(of_release);
  PERFORM reference.index_attributes(of_release);
  PERFORM reference.index_beginnings(of_release);
  PERFORM reference.index_words(of_release);
  ANALYZE reference.search_posting, reference.search_word;
END $$;

DO $$ BEGIN PERFORM reference.index_release(id) FROM reference.release; END $$;

-- Nobody writes these any more; they go as soon as nobody reads them.
ALTER TABLE reference.product ALTER COLUMN routes DROP NOT NULL, ALTER COLUMN names DROP NOT NULL,
  ALTER COLUMN words DROP NOT NULL, ALTER COLUMN sort_key DROP NOT NULL;

-- Facets in milliseconds: a company is no part of a shape, of which there are a thousand then instead of fifteen thousand, and
-- the shape and the company of every place are kept as lists, so that a facet reads no product at all.
DROP VIEW reference.search_shape_value;
ALTER TABLE reference.search_shape DROP COLUMN company;
CREATE VIEW reference.search_shape_value WITH (security_invoker = true) AS
SELECT release_id, shape, field, value
  FROM reference.search_shape,
       LATERAL (
         VALUES ('form', form), ('category', coalesce(category, 'none')), ('supply', supply),
           ('schedule', coalesce(schedule, 'none')), ('jurisdiction', coalesce(jurisdiction, 'none'))
         UNION ALL SELECT 'route', route FROM unnest(routes) route
         UNION ALL SELECT 'class', class FROM unnest(classes) class
       ) offered (field, value);
GRANT SELECT ON reference.search_shape_value TO carethread_app, carethread_worker, carethread_catalog_admin;

-- Companies by number; without an id: no company.
CREATE TABLE reference.search_company (
  release_id uuid NOT NULL REFERENCES reference.release (id),
  company    int NOT NULL,
  id         uuid,
  PRIMARY KEY (release_id, company)
);
GRANT SELECT ON reference.search_company TO carethread_app, carethread_worker;
GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON reference.search_company TO carethread_catalog_admin;
DELETE FROM reference.search_document;
ALTER TABLE reference.search_document ADD COLUMN company int NOT NULL;

CREATE OR REPLACE FUNCTION reference.index_documents(of_release uuid) RETURNS void LANGUAGE sql AS $$
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
             ORDER BY form_code, routes, category, classes, supply, schedule, jurisdiction) AS shape,
           dense_rank() OVER (ORDER BY company_id) AS company,
           dense_rank() OVER (ORDER BY contents, CASE WHEN contents IS NULL THEN generic END) AS contents_number
      FROM listed
  ), shape AS (
    INSERT INTO reference.search_shape
    SELECT DISTINCT of_release, shape, form_code, routes, category, classes, supply, schedule, jurisdiction
      FROM numbered
  ), company AS (
    INSERT INTO reference.search_company SELECT DISTINCT of_release, company, company_id FROM numbered
  )
  INSERT INTO reference.search_document
  SELECT of_release, place, id, shape, contents_number, equivalence, generic, brand, printed,
         CASE WHEN market_status = 'marketed' THEN marketing_end ELSE '-infinity' END, company
    FROM numbered;
$$;

-- Two kinds of postings are new: `shape` and `company` have, under an empty term, the number of each place instead of places.
CREATE OR REPLACE FUNCTION reference.index_attributes(of_release uuid) RETURNS void LANGUAGE sql AS $$
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
  SELECT of_release, 'filter:company', coalesce(each.id::text, 'none'), array_agg(place ORDER BY place)
    FROM reference.search_company each JOIN reference.search_document USING (release_id, company)
   WHERE release_id = of_release GROUP BY each.id
  UNION ALL
  SELECT of_release, numbers.kind, '', numbers.list
    FROM (SELECT array_agg(shape ORDER BY place) AS shapes, array_agg(company ORDER BY place) AS companies
            FROM reference.search_document WHERE release_id = of_release HAVING count(*) > 0) each,
         LATERAL (VALUES ('shape', shapes), ('company', companies)) numbers (kind, list)
  UNION ALL
  SELECT of_release, 'all', '', array_agg(place ORDER BY place)
    FROM reference.search_document WHERE release_id = of_release HAVING count(*) > 0
  UNION ALL
  SELECT of_release, 'ended', current_date::text, coalesce(array_agg(place ORDER BY place), '{}')
    FROM reference.search_document WHERE release_id = of_release AND marketing_end < current_date;
$$;

CREATE OR REPLACE FUNCTION reference.unindex_release(of_release uuid) RETURNS void LANGUAGE sql AS $$
  DELETE FROM reference.search_word WHERE release_id = of_release;
  DELETE FROM reference.search_posting WHERE release_id = of_release;
  DELETE FROM reference.search_label WHERE release_id = of_release;
  DELETE FROM reference.search_document WHERE release_id = of_release;
  DELETE FROM reference.search_company WHERE release_id = of_release;
  DELETE FROM reference.search_shape WHERE release_id = of_release;
$$;

-- How many products are reviewed is counted once, not once for each word: that took minutes for 47,000 products.
CREATE OR REPLACE FUNCTION reference.index_words(of_release uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO reference.search_word
  SELECT of_release, word, sound, reference.skeleton(sound), reviewed, products
    FROM (SELECT term AS word, reference.sound(term) AS sound, max(cardinality(places)) AS products,
                 -- Reviewed products have the first places.
                 bool_or(places[1] <= (SELECT count(*) FROM reference.product
                                        WHERE release_id = of_release AND origin IN ('formulary', 'local'))) AS reviewed
            FROM reference.search_posting
           WHERE release_id = of_release AND kind IN ('word', 'other') AND length(term) >= 5 AND term !~ '[0-9]'
           GROUP BY term) each;
$$;

CREATE OR REPLACE FUNCTION reference.index_release(of_release uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM reference.unindex_release(of_release);
  PERFORM reference.index_labels(of_release);
  PERFORM reference.index_documents(of_release);
  -- The steps that follow join these: without statistics PostgreSQL would loop over them.
  ANALYZE reference.search_label, reference.search_shape, reference.search_document;
  PERFORM reference.index_names(of_release);
  PERFORM reference.index_attributes(of_release);
  ANALYZE reference.search_posting;
  PERFORM reference.index_beginnings(of_release);
  PERFORM reference.index_words(of_release);
  ANALYZE reference.search_posting, reference.search_word;
END $$;

-- A single letter begins no form, either: the V of penicillin V is not the beginning of "vial".
CREATE OR REPLACE FUNCTION reference.places_by_name(of_release uuid, names text[], synonyms boolean) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT reference.all_of(
           reference.places_with_word(of_release, 'word', word)
           OPERATOR(public.|) reference.places_with_word(of_release, 'form', word)
           OPERATOR(public.|) CASE WHEN synonyms THEN reference.places_with_word(of_release, 'other', word) ELSE '{}' END)
    FROM unnest(names) word;
$$;

-- How many hits have which shape and company, and what of it passes the filters. See search_facets.
CREATE OR REPLACE FUNCTION reference.search_facets(asked text, filter jsonb DEFAULT '{}', codes text[] DEFAULT '{}')
RETURNS TABLE (field text, value text, label text, hits int)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  searched uuid := reference.searched_release(NULL);
  limits int[] := reference.search_limits(searched, jsonb_strip_nulls(jsonb_build_object('ended', filter -> 'ended')));
  all_hits int[] := (SELECT reference.any_of(places) FROM reference.search_tiers(searched, asked, codes, limits, NULL));
  shapes int[] := reference.places(searched, 'shape', '');
  companies int[] := reference.places(searched, 'company', '');
  company_filter jsonb := nullif(filter -> 'company', '[]');
BEGIN
  PERFORM reference.search_limits(searched, filter);
  RETURN QUERY
  WITH counted AS MATERIALIZED (
    SELECT shapes[hit] AS shape, companies[hit] AS company, count(*) AS hits FROM unnest(all_hits) hit GROUP BY 1, 2
  ), maker AS MATERIALIZED (
    SELECT company, coalesce(id::text, 'none') AS value FROM reference.search_company WHERE release_id = searched
  ), shaped AS MATERIALIZED (
    SELECT shape, coalesce(sum(counted.hits) FILTER (WHERE company_filter IS NULL OR company_filter ? maker.value), 0) AS hits
      FROM counted JOIN maker USING (company) GROUP BY shape
  ), offered AS MATERIALIZED (
    SELECT shaped.shape, shaped.hits, each.field, each.value
      FROM reference.search_shape_value each JOIN shaped USING (shape) WHERE each.release_id = searched
  ), missed AS MATERIALIZED (
    -- Fields whose filter a shape does not pass.
    SELECT shape, array_agg(wanted.field) AS fields
      FROM shaped, jsonb_each(filter) wanted (field, list)
     WHERE wanted.field <> 'company' AND jsonb_typeof(list) = 'array' AND jsonb_array_length(list) > 0
       AND NOT EXISTS (SELECT FROM offered WHERE offered.shape = shaped.shape AND offered.field = wanted.field
                          AND list ? offered.value)
     GROUP BY shape
  ), ranked AS (
    SELECT each.*, row_number() OVER (PARTITION BY each.field ORDER BY each.hits DESC, each.value) AS number
      FROM (
        SELECT offered.field, offered.value, sum(offered.hits)::int AS hits
          FROM offered LEFT JOIN missed USING (shape)
         WHERE fields IS NULL OR fields = ARRAY[offered.field]
         GROUP BY offered.field, offered.value
        UNION ALL
        SELECT 'company', maker.value, sum(counted.hits)::int
          FROM counted JOIN maker USING (company) LEFT JOIN missed USING (shape)
         WHERE fields IS NULL GROUP BY maker.value
      ) each
     WHERE each.hits > 0
  )
  SELECT ranked.field, ranked.value, reference.facet_label(searched, ranked.field, ranked.value), ranked.hits
    FROM ranked WHERE number <= 50 ORDER BY ranked.field, number;
END $$;

-- Which name matched and what looks alike is found for a whole page at once: asked for each hit it was most of a search's time.
DROP FUNCTION reference.matched_name(uuid, uuid, text[], text);
DROP FUNCTION reference.look_alikes_of(uuid, uuid);

CREATE TYPE reference.search_hit AS (place int, tier int, reason text, meant text[], sole boolean);

/* The name of each hit that has the matched words, as printed: its own rather than its ingredients', one in the language
   asked for rather than others. */
CREATE FUNCTION reference.matched_names(of_release uuid, hits reference.search_hit[], preferred_language text)
RETURNS TABLE (place int, name text) LANGUAGE sql STABLE ROWS 20 AS $$
  WITH hit AS MATERIALIZED (
    SELECT each.place, meant, document.product_id, document.generic_name, document.brand_name, document.printed_name
      FROM unnest(hits) each
      JOIN reference.search_document document ON document.release_id = of_release AND document.place = each.place
     WHERE each.reason <> 'CODE' AND meant <> '{}'
  ), named AS (
    SELECT hit.place, meant, own.name, own.folded, own.kind, product.language
      FROM hit JOIN reference.product ON product.release_id = of_release AND product.id = hit.product_id,
           LATERAL (
             VALUES (product.brand_name, hit.brand_name, 1), (product.generic_name, hit.generic_name, 2),
               (product.printed_name, hit.printed_name, 5)
             UNION ALL SELECT brand, reference.fold(brand), 3 FROM unnest(product.brands) brand
           ) own (name, folded, kind)
    UNION ALL
    SELECT hit.place, meant, label.name, label.folded, CASE label.kind WHEN 'own' THEN 2 ELSE 4 END, label.language
      FROM hit
      JOIN reference.product_ingredient part ON part.release_id = of_release AND part.product_id = hit.product_id
      JOIN reference.search_label label
        ON label.release_id = of_release AND label.ingredient_code = part.ingredient_code
  )
  SELECT DISTINCT ON (place) place, name
    FROM named,
         LATERAL (SELECT count(*) AS words FROM unnest(meant) word WHERE position(' ' || word IN ' ' || folded) > 0) matched
   WHERE words > 0
   ORDER BY place, folded = meant[1] DESC, words DESC, language = preferred_language DESC NULLS LAST, kind, length(name), name;
$$;

-- Names of ingredients that are easily mistaken for one of a hit's.
CREATE FUNCTION reference.look_alike_names(of_release uuid, hits reference.search_hit[])
RETURNS TABLE (place int, names text[]) LANGUAGE sql STABLE ROWS 20 AS $$
  WITH pair AS MATERIALIZED (
    SELECT a AS code, b AS other FROM reference.look_alike WHERE release_id = of_release
    UNION ALL SELECT b, a FROM reference.look_alike WHERE release_id = of_release
  )
  SELECT each.place, array_agg(DISTINCT other.name ORDER BY other.name)
    FROM unnest(hits) each
    JOIN reference.search_document document ON document.release_id = of_release AND document.place = each.place
    JOIN reference.product_ingredient part
      ON part.release_id = of_release AND part.product_id = document.product_id
    JOIN pair ON pair.code = part.ingredient_code
    JOIN reference.ingredient other ON other.release_id = of_release AND other.code = pair.other
   GROUP BY each.place;
$$;

CREATE OR REPLACE FUNCTION reference.search_products(
  asked text, filter jsonb DEFAULT '{}', first int DEFAULT 20, after jsonb DEFAULT NULL, codes text[] DEFAULT '{}',
  language text DEFAULT NULL
) RETURNS TABLE (release_id uuid, tier int, place int, product_id uuid, reason text, matched text, preselectable boolean,
  look_alikes text[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
  searched uuid := reference.searched_release(after);
  from_tier int := coalesce((after ->> 1)::int, -1);
  from_place int := coalesce((after ->> 2)::int, 0);
  wanted int := first + 1;
  skipped int;
  slice int[];
  each reference.search_tier;
  hits reference.search_hit[] := '{}';
BEGIN
  FOR each IN
    -- What earlier pages showed has to be passed again: how much that was is not known, so nothing is cut short then.
    SELECT * FROM reference.search_tiers(searched, asked, codes, reference.search_limits(searched, filter),
      CASE WHEN after IS NULL THEN wanted END)
  LOOP
    CONTINUE WHEN each.tier < from_tier;
    skipped := CASE WHEN each.tier = from_tier THEN public.idx(each.places, from_place) ELSE 0 END;
    slice := public.subarray(each.places, skipped + 1, wanted);
    hits := hits || ARRAY(
      SELECT (hit, each.tier, each.reason, each.meant, sure.same)::reference.search_hit
        FROM unnest(slice) hit,
             (SELECT each.reason IN ('CODE', 'PREFIX', 'SYNONYM')
                 AND reference.contain_the_same(searched, each.places) AS same OFFSET 0) sure);
    wanted := wanted - cardinality(slice);
    EXIT WHEN wanted = 0;
  END LOOP;

  RETURN QUERY
  SELECT searched, hit.tier, hit.place, document.product_id, hit.reason,
         CASE hit.reason WHEN 'CODE' THEN (
           SELECT value FROM reference.product_code code
            WHERE code.release_id = searched AND code.product_id = document.product_id AND value = ANY (codes) LIMIT 1)
         ELSE named.name END,
         CASE hit.reason
           WHEN 'EXACT' THEN true
           WHEN 'CODE' THEN hit.sole
           ELSE hit.sole AND alike.names IS NULL
         END,
         coalesce(alike.names, '{}')
    FROM unnest(hits) WITH ORDINALITY hit (place, tier, reason, meant, sole, number)
    JOIN reference.search_document document ON document.release_id = searched AND document.place = hit.place
    LEFT JOIN reference.matched_names(searched, hits, language) named ON named.place = hit.place
    LEFT JOIN reference.look_alike_names(searched, hits) alike ON alike.place = hit.place
   ORDER BY hit.number;
END $$;

-- In plpgsql, so that it is planned for itself: inlined into question_repairs it read the whole vocabulary, twenty times slower.
DROP FUNCTION reference.word_repairs(uuid, text);
/* What a word that begins nothing may have been meant as, with how far it is from that: words that look or sound alike, the
   beginning of one that sounds so, or two words without the blank between them. */
CREATE FUNCTION reference.word_repairs(of_release uuid, typed text)
RETURNS TABLE (words text[], far real, reviewed boolean, products int)
LANGUAGE plpgsql STABLE ROWS 5 AS $$
BEGIN
  RETURN QUERY
  WITH heard AS MATERIALIZED (SELECT reference.sound(typed) AS sound),
  alike AS (
    SELECT word, sound, each.reviewed, each.products FROM reference.search_word each
     WHERE release_id = of_release AND word OPERATOR(public.%) typed AND abs(length(word) - length(typed)) <= 3
    UNION
    SELECT word, each.sound, each.reviewed, each.products FROM reference.search_word each, heard
     WHERE release_id = of_release AND skeleton = reference.skeleton(heard.sound)
  ), near AS (
    SELECT ARRAY[word] AS words, reference.farness(typed, word, heard.sound, alike.sound)::real AS far, alike.reviewed,
           alike.products
      FROM alike, heard
    UNION ALL
    SELECT ARRAY[word], 1.25::real, each.reviewed, each.products FROM reference.search_word each, heard
     WHERE release_id = of_release AND length(heard.sound) >= 5
       AND each.sound >= heard.sound AND each.sound < heard.sound || U&'\FFFF' COLLATE "C"
    UNION ALL
    SELECT ARRAY[left(typed, cut), substr(typed, cut + 1)], 0.5::real, true, 0
      FROM generate_series(3, length(typed) - 3) cut
     WHERE EXISTS (SELECT FROM reference.search_posting WHERE release_id = of_release AND kind IN ('word', 'other')
                      AND term = left(typed, cut))
       AND EXISTS (SELECT FROM reference.search_posting WHERE release_id = of_release AND kind IN ('word', 'other', 'form')
                      AND term = substr(typed, cut + 1))
  )
  SELECT near.words, min(near.far), bool_or(near.reviewed), max(near.products) FROM near
   WHERE near.far <= reference.farness_allowed(typed)
   GROUP BY near.words ORDER BY 2, 3 DESC, 4 DESC, 1 LIMIT 5;
END $$;

-- One range of the index for each kind; with "equal or beginning" PostgreSQL read all terms of a kind. The range of a single
-- letter holds nothing but itself.
CREATE OR REPLACE FUNCTION reference.is_known(of_release uuid, word text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (
  SELECT FROM reference.search_posting, unnest(ARRAY['word', 'other', 'form']) each
   WHERE release_id = of_release AND kind = each COLLATE "C" AND term >= word
     AND term < word || CASE WHEN length(word) > 1 THEN U&'\FFFF' ELSE U&'\0001' END COLLATE "C");

DO $$ BEGIN PERFORM reference.index_release(id) FROM reference.release; END $$;

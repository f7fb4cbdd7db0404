-- Search over the index of the migration before, as functions that every reader of the catalog may call. All of them
-- answer for one release; `search_products` and `search_facets` take the one in force.

-- The question -------------------------------------------------------------------------------------------------------

-- What somebody typed, taken apart.
CREATE TYPE reference.search_question AS (
  -- All of it, folded.
  phrase  text,
  -- Words of names; they match the beginning of a word.
  names   text[],
  -- `500mg`, `1%`: matched as a whole or not at all.
  amounts text[],
  -- Numbers without a unit: an amount, or a word of a name (`Humulin 70/30`), as a whole.
  numbers text[],
  -- Words that forms and routes go by: matched as a whole.
  forms   text[]
);

/* Numbers and units as fold can keep them: `1,000` and `1 000` are a thousand, `0,125` is an eighth, `/mL` is per mL. */
CREATE FUNCTION reference.plain_numbers(asked text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  plain text := asked;
  rule text[];
BEGIN
  FOREACH rule SLICE 1 IN ARRAY ARRAY[
    ['(?<![0-9.,])0,(?=[0-9])', '0.'], ['(?<=[0-9]),(?=[0-9]{3}(?![0-9]))', ''], ['(?<=[0-9]),(?=[0-9])', '.'],
    ['(?<![0-9.])([1-9][0-9]{0,2}) (?=000(?![0-9]))', '\1'], ['%', ' percent '], ['/\s*(?=[[:alpha:]])', ' per ']
  ] LOOP
    plain := regexp_replace(plain, rule[1], rule[2], 'g');
  END LOOP;
  RETURN plain;
END $$;

-- The unit that a word stands for; null when it is none that measures. Pieces (`tablet`) count as forms.
CREATE FUNCTION reference.measure(word text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE word WHEN 'percent' THEN '%'
  ELSE (SELECT unit FROM reference.unit WHERE spelling = word AND dimension <> 'count') END;

CREATE FUNCTION reference.read_question(of_release uuid, asked text) RETURNS reference.search_question
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  question reference.search_question := (reference.fold(asked), '{}', '{}', '{}', '{}');
  words text[] := reference.words_of(reference.fold(reference.plain_numbers(asked)));
  word text;
  number text;
  unit text;
  form text;
  place int := 1;
BEGIN
  WHILE place <= cardinality(words) LOOP
    word := words[place];
    number := substring(word FROM '^[0-9]+(?:\.[0-9]+)?');
    IF number IS NOT NULL AND length(number) <= 20 THEN
      unit := reference.measure(coalesce(nullif(substr(word, length(number) + 1), ''), words[place + 1]));
      number := reference.plain(number::numeric);
      IF unit IS NOT NULL THEN
        question.amounts := question.amounts || (number || unit);
        place := place + CASE WHEN word ~ '[^0-9.]' THEN 0 ELSE 1 END;
      ELSIF word ~ '[^0-9.]' THEN
        question.names := question.names || word;
      ELSE
        question.numbers := question.numbers || number;
      END IF;
    ELSIF word = 'per' THEN
      unit := reference.measure(words[place + 1]);
      IF unit IS NOT NULL THEN
        question.amounts := question.amounts || ('1' || unit);
        place := place + 1;
      END IF;
    ELSIF word IN ('and', 'with', 'of', 'the', 'for', 'in', 'y', 'et', 'und', 'percent') THEN
      NULL;
    -- "mg" alone says nothing; the letter of vitamin D and penicillin G does.
    ELSIF reference.measure(word) IS NOT NULL AND (length(word) > 1 OR cardinality(words) = 1) THEN
      NULL;
    ELSE
      SELECT term INTO form FROM reference.search_posting
       WHERE release_id = of_release AND kind = 'form' AND term IN (word, regexp_replace(word, 's$', ''))
       ORDER BY term DESC LIMIT 1;
      IF form IS NULL THEN
        question.names := question.names || word;
      ELSE
        question.forms := question.forms || form;
      END IF;
    END IF;
    place := place + 1;
  END LOOP;
  RETURN question;
END $$;

-- Lists of places ----------------------------------------------------------------------------------------------------

CREATE FUNCTION reference.places(of_release uuid, of_kind text, of_term text) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((SELECT places FROM reference.search_posting
                  WHERE release_id = of_release AND kind = of_kind AND term = of_term), '{}');

-- Products with a term that begins so: the union is kept for short beginnings and made here for the few terms of long ones.
CREATE FUNCTION reference.places_beginning(of_release uuid, of_kind text, beginning text) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
  (SELECT places FROM reference.search_posting
    WHERE release_id = of_release AND kind = of_kind || '*' AND term = beginning),
  (SELECT public.uniq(public.sort(array_agg(place))) FROM reference.search_posting, unnest(places) place
    WHERE release_id = of_release AND kind = of_kind
      AND term >= beginning AND term < beginning || U&'\FFFF' COLLATE "C"),
  '{}');

-- A single letter begins too much; it stands for itself, as in penicillin V.
CREATE FUNCTION reference.places_with_word(of_release uuid, of_kind text, word text) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN length(word) = 1 THEN reference.places(of_release, of_kind, word)
  ELSE reference.places_beginning(of_release, of_kind, word) END;

-- Null stands for "no limit".
CREATE FUNCTION reference.within(places int[], limits int[]) RETURNS int[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN limits IS NULL THEN places ELSE places OPERATOR(public.&) limits END;

/* Products whose strength and form are what was asked for. Numbers and forms may also be words of the name. */
CREATE FUNCTION reference.places_as_asked(of_release uuid, question reference.search_question) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT reference.all_of(places) FROM (
    SELECT reference.places(of_release, 'amount', amount) AS places FROM unnest(question.amounts) amount
    UNION ALL
    SELECT reference.places(of_release, 'amount', number) OPERATOR(public.|) reference.places(of_release, 'word', number)
      FROM unnest(question.numbers) number
    UNION ALL
    SELECT reference.places(of_release, 'form', form) OPERATOR(public.|) reference.places(of_release, 'word', form)
           OPERATOR(public.|) reference.places(of_release, 'other', form)
      FROM unnest(question.forms) form
  ) each;
$$;

/* Products that a filter keeps: {"form": ["tablet"], "supply": ["rx"]}. Values of one field are alternatives; an empty list
   does not limit. */
CREATE FUNCTION reference.places_filtered(of_release uuid, filter jsonb) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT reference.all_of(places)
    FROM (SELECT coalesce(reference.any_of(reference.places(of_release, 'filter:' || field, value)), '{}') AS places
            FROM jsonb_each(filter) wanted (field, list), jsonb_array_elements_text(list) value
           WHERE jsonb_typeof(list) = 'array' GROUP BY field) each;
$$;

-- Products no longer sold. What ended before the index was made is one list; what ended since is looked up.
CREATE FUNCTION reference.places_ended(of_release uuid) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT places OPERATOR(public.|) ARRAY(
           SELECT place FROM reference.search_document
            WHERE release_id = of_release AND marketing_end >= term::date AND marketing_end < current_date)
    FROM reference.search_posting WHERE release_id = of_release AND kind = 'ended';
$$;

-- Misspellings -------------------------------------------------------------------------------------------------------

/* How many letters must be put in, left out, exchanged or swapped with their neighbour. Swaps are what levenshtein does not
   know: one of them is tried at every place. */
CREATE FUNCTION reference.slips(typed text, word text) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN least(
  public.levenshtein(typed, word),
  (SELECT 1 + min(public.levenshtein(
            overlay(typed PLACING substr(typed, place + 1, 1) || substr(typed, place, 1) FROM place FOR 2), word))
     FROM generate_series(1, length(typed) - 1) place));

/* How far a misspelling is from a word, in slips; what sounds the same counts half a slip. A wrong first letter is rare and
   counts a quarter more. */
CREATE FUNCTION reference.farness(typed text, word text, typed_sound text, word_sound text) RETURNS real
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN least(
    reference.slips(typed, word),
    0.5 + public.levenshtein(typed_sound, word_sound),
    CASE WHEN reference.skeleton(typed_sound) = reference.skeleton(word_sound)
      THEN 0.75 + 0.25 * public.levenshtein(typed_sound, word_sound) END)
  + CASE WHEN left(typed_sound, 1) = left(word_sound, 1) THEN 0 ELSE 0.25 END;

-- Long words may have more slips. Shorter than five letters they are too close to each other: Xanax is repaired, Soma is not.
CREATE FUNCTION reference.farness_allowed(typed text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN length(typed) < 5 OR typed ~ '[0-9]' THEN 0 WHEN length(typed) <= 6 THEN 1.25
  WHEN length(typed) <= 8 THEN 1.5 ELSE 2.25 END;

CREATE FUNCTION reference.is_known(of_release uuid, word text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM reference.search_posting, unnest(ARRAY['word', 'other', 'form']) each
                WHERE release_id = of_release AND kind = each
                  AND (term = word OR length(word) > 1 AND term >= word AND term < word || U&'\FFFF' COLLATE "C"));

/* What a word that begins nothing may have been meant as, with how far it is from that: words that look or sound alike, the
   beginning of one that sounds so, or two words without the blank between them. */
CREATE FUNCTION reference.word_repairs(of_release uuid, typed text)
RETURNS TABLE (words text[], far real, reviewed boolean, products int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 AS $$
  WITH heard AS MATERIALIZED (SELECT reference.sound(typed) AS sound),
  alike AS (
    SELECT word, sound, each.reviewed, each.products FROM reference.search_word each
     WHERE release_id = of_release AND word OPERATOR(public.%) typed AND abs(length(word) - length(typed)) <= 3
    UNION
    SELECT word, each.sound, each.reviewed, each.products FROM reference.search_word each, heard
     WHERE release_id = of_release AND skeleton = reference.skeleton(heard.sound)
  ), near AS (
    SELECT ARRAY[word] AS words, reference.farness(typed, word, heard.sound, alike.sound) AS far, alike.reviewed,
           alike.products
      FROM alike, heard
    UNION ALL
    SELECT ARRAY[word], 1.25, each.reviewed, each.products FROM reference.search_word each, heard
     WHERE release_id = of_release AND length(heard.sound) >= 5
       AND each.sound >= heard.sound AND each.sound < heard.sound || U&'\FFFF' COLLATE "C"
    UNION ALL
    SELECT ARRAY[left(typed, cut), substr(typed, cut + 1)], 0.5, true, 0
      FROM generate_series(3, length(typed) - 3) cut
     WHERE EXISTS (SELECT FROM reference.search_posting WHERE release_id = of_release AND kind IN ('word', 'other')
                      AND term = left(typed, cut))
       AND EXISTS (SELECT FROM reference.search_posting WHERE release_id = of_release AND kind IN ('word', 'other', 'form')
                      AND term = substr(typed, cut + 1))
  )
  SELECT words, min(far), bool_or(near.reviewed), max(near.products) FROM near
   WHERE far <= reference.farness_allowed(typed)
   GROUP BY words ORDER BY 2, 3 DESC, 4 DESC, 1 LIMIT 5;
$$;

/* What the words of a question may have been meant as together, the closest first. Words that begin something stay as they
   are: what is spelt right is never second-guessed. A blank too many is tried, too: "amoxi cillin". */
CREATE FUNCTION reference.question_repairs(of_release uuid, names text[])
RETURNS TABLE (words text[], far real) LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 AS $$
  WITH RECURSIVE variant AS (
    SELECT 0 AS joined, names AS words, 0::real AS far
    UNION ALL
    SELECT at, names[:at - 1] || (names[at] || names[at + 1]) || names[at + 2:], 0.5
      FROM generate_series(1, cardinality(names) - 1) at
     WHERE length(names[at] || names[at + 1]) >= 5
  ), repair AS MATERIALIZED (
    SELECT word, option.*
      FROM (SELECT DISTINCT word FROM variant, unnest(variant.words) word) each,
           LATERAL (
             SELECT ARRAY[word] AS meant, 0::real AS far, true AS reviewed, 0 AS products
              WHERE reference.is_known(of_release, word)
             UNION ALL
             SELECT * FROM reference.word_repairs(of_release, word) WHERE NOT reference.is_known(of_release, word)
           ) option
  ), repaired AS (
    SELECT joined, words, 0 AS done, '{}'::text[] AS meant, far, true AS reviewed, 0 AS products FROM variant
    UNION ALL
    SELECT joined, words, done + 1, repaired.meant || repair.meant, repaired.far + repair.far,
           repaired.reviewed AND repair.reviewed, repaired.products + repair.products
      FROM repaired JOIN repair ON repair.word = words[done + 1]
  )
  SELECT meant, min(far) FROM repaired
   WHERE done = cardinality(words) AND far > 0
   GROUP BY meant, reviewed, products ORDER BY min(far), reviewed DESC, products DESC, meant LIMIT 8;
$$;

-- Hits ---------------------------------------------------------------------------------------------------------------

-- Products that were found for the same reason; later tiers do not repeat those of earlier ones.
CREATE TYPE reference.search_tier AS (
  tier   int,
  reason text,
  -- The words that were matched.
  meant  text[],
  places int[]
);

CREATE FUNCTION reference.places_by_name(of_release uuid, names text[], synonyms boolean) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT reference.all_of(
           reference.places_with_word(of_release, 'word', word)
           OPERATOR(public.|) reference.places_beginning(of_release, 'form', word)
           OPERATOR(public.|) CASE WHEN synonyms THEN reference.places_with_word(of_release, 'other', word) ELSE '{}' END)
    FROM unnest(names) word;
$$;

/* The hits of a question tier by tier, best first: code, whole name, beginning of a name, beginnings of words, whole synonym,
   words of synonyms, then misspellings, each repair a tier of its own. Stops when `enough` were found, so that a full page
   costs no more than its own tiers; null for all. `limits`: only these; null for any. */
CREATE FUNCTION reference.search_tiers(
  of_release uuid, asked text, codes text[], limits int[], enough int
) RETURNS SETOF reference.search_tier LANGUAGE plpgsql STABLE AS $$
DECLARE
  question reference.search_question;
  as_asked int[];
  phrase text;
  found reference.search_tier;
  seen int[] := '{}';
  repair record;
BEGIN
  IF cardinality(codes) > 0 THEN
    SELECT 0, 'CODE', codes, reference.within(public.uniq(public.sort(array_agg(place))), limits) INTO found
      FROM reference.product_code JOIN reference.search_document USING (release_id, product_id)
     WHERE release_id = of_release AND value = ANY (codes);
    IF cardinality(found.places) > 0 THEN RETURN NEXT found; END IF;
    RETURN;
  END IF;

  question := reference.read_question(of_release, asked);
  as_asked := reference.within(coalesce(reference.places_as_asked(of_release, question), limits), limits);
  IF cardinality(question.names) = 0 THEN
    found := CASE WHEN cardinality(question.amounts || question.numbers || question.forms) = 0
      THEN (9, 'BROWSED', '{}', reference.within(reference.places(of_release, 'all', ''), limits))::reference.search_tier
      ELSE (8, 'PROPERTY', '{}', as_asked)::reference.search_tier END;
    -- "Oral rehydration salts" is a name, although two of its words are not.
    seen := reference.within(reference.places(of_release, 'name', question.phrase), limits);
    IF cardinality(seen) > 0 THEN
      RETURN NEXT (1, 'EXACT', ARRAY[question.phrase], seen)::reference.search_tier;
    END IF;
    found.places := found.places OPERATOR(public.-) seen;
    IF cardinality(found.places) > 0 THEN RETURN NEXT found; END IF;
    RETURN;
  END IF;

  phrase := array_to_string(question.names, ' ');
  FOR each IN 1..5 LOOP
    found := CASE each
      -- A name may have amounts in it, so the whole question is looked up, too; then they limit nothing.
      WHEN 1 THEN (1, 'EXACT', ARRAY[phrase], reference.within(reference.places(of_release, 'name', phrase), as_asked)
        OPERATOR(public.|) reference.within(reference.places(of_release, 'name', question.phrase), limits))
      WHEN 2 THEN (2, 'PREFIX', question.names,
        reference.within(reference.places_beginning(of_release, 'name', phrase), as_asked))
      WHEN 3 THEN (3, 'PREFIX', question.names,
        reference.within(reference.places_by_name(of_release, question.names, false), as_asked))
      WHEN 4 THEN (4, 'SYNONYM', ARRAY[phrase],
        reference.within(reference.places(of_release, 'alias', phrase), as_asked))
      ELSE (5, 'SYNONYM', question.names,
        reference.within(reference.places_by_name(of_release, question.names, true), as_asked))
    END;
    found.places := found.places OPERATOR(public.-) seen;
    IF cardinality(found.places) > 0 THEN
      RETURN NEXT found;
      seen := seen OPERATOR(public.|) found.places;
      IF cardinality(seen) >= enough THEN RETURN; END IF;
    END IF;
  END LOOP;

  -- Names that exist are not misspelt, whatever the amounts and filters leave of them.
  IF cardinality(seen) > 0 OR cardinality(reference.places_by_name(of_release, question.names, true)) > 0 THEN RETURN; END IF;
  found.tier := 9;
  FOR repair IN SELECT * FROM reference.question_repairs(of_release, question.names) LOOP
    found := (found.tier + 1, 'TYPO', repair.words,
      reference.within(reference.places_by_name(of_release, repair.words, true), as_asked) OPERATOR(public.-) seen);
    IF cardinality(found.places) > 0 THEN
      RETURN NEXT found;
      seen := seen OPERATOR(public.|) found.places;
      IF cardinality(seen) >= enough THEN RETURN; END IF;
    END IF;
  END LOOP;
END $$;

/* The name of a product that has the matched words, as printed: its own rather than its ingredients', one in the language
   asked for rather than others. */
CREATE FUNCTION reference.matched_name(of_release uuid, of_product uuid, meant text[], preferred_language text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT name FROM (
    SELECT brand_name, reference.fold(brand_name), 1, language FROM reference.product
     WHERE release_id = of_release AND id = of_product
    UNION ALL
    SELECT generic_name, reference.fold(generic_name), 2, language FROM reference.product
     WHERE release_id = of_release AND id = of_product
    UNION ALL
    SELECT brand, reference.fold(brand), 3, '' FROM reference.product, unnest(brands) brand
     WHERE release_id = of_release AND id = of_product
    UNION ALL
    SELECT label.name, folded, CASE kind WHEN 'own' THEN 2 ELSE 4 END, language
      FROM reference.product_ingredient JOIN reference.search_label label USING (release_id, ingredient_code)
     WHERE release_id = of_release AND product_id = of_product
    UNION ALL
    SELECT printed_name, reference.fold(printed_name), 5, language FROM reference.product
     WHERE release_id = of_release AND id = of_product
  ) each (name, folded, kind, language),
  LATERAL (SELECT count(*) AS words FROM unnest(meant) word WHERE position(' ' || word IN ' ' || folded) > 0) matched
  WHERE name IS NOT NULL AND words > 0
  ORDER BY folded = meant[1] DESC, words DESC, language = preferred_language DESC NULLS LAST, kind, length(name), name
  LIMIT 1;
$$;

-- Names of ingredients that are easily mistaken for one of the product's.
CREATE FUNCTION reference.look_alikes_of(of_release uuid, of_product uuid) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(
  SELECT DISTINCT other.name
    FROM reference.product_ingredient part
    JOIN reference.look_alike pair
      ON pair.release_id = of_release AND part.ingredient_code IN (pair.a, pair.b)
    JOIN reference.ingredient other
      ON other.release_id = of_release AND other.code IN (pair.a, pair.b) AND other.code <> part.ingredient_code
   WHERE part.release_id = of_release AND part.product_id = of_product ORDER BY 1);

-- Whether all of them contain the same; too many to look at count as no.
CREATE FUNCTION reference.contain_the_same(of_release uuid, of_places int[]) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN cardinality(of_places) <= 300 AND (
  SELECT count(DISTINCT contents) = 1 FROM reference.search_document
   WHERE release_id = of_release AND place = ANY (of_places));

-- What a filter leaves; null when it leaves everything. {"ended": true} keeps what is no longer sold.
CREATE FUNCTION reference.search_limits(of_release uuid, filter jsonb) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  unknown text;
  limits int[] := reference.places_filtered(of_release, filter);
  ended int[] := '{}';
BEGIN
  SELECT field INTO unknown FROM jsonb_object_keys(filter) field
   WHERE field NOT IN ('form', 'route', 'category', 'class', 'company', 'supply', 'schedule', 'jurisdiction', 'ended');
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION 'No filter is called %.', unknown USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF filter -> 'ended' IS DISTINCT FROM 'true' THEN ended := reference.places_ended(of_release); END IF;
  IF cardinality(ended) = 0 THEN RETURN limits; END IF;
  RETURN coalesce(limits, reference.places(of_release, 'all', '')) OPERATOR(public.-) ended;
END $$;

-- The release a search is about: the one a page belongs to, or the one in force. Says so when it is gone.
CREATE FUNCTION reference.searched_release(after jsonb) RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  searched uuid := coalesce((after ->> 0)::uuid, (SELECT release_id FROM reference.current_release));
BEGIN
  IF after IS NOT NULL AND NOT EXISTS (SELECT FROM reference.search_posting WHERE release_id = searched AND kind = 'all') THEN
    RAISE EXCEPTION 'The release of this page is gone.' USING ERRCODE = 'no_data_found';
  END IF;
  RETURN searched;
END $$;

/* Products that a text asks for, a page of them and one more if more follow, the best first.

   filter       fields of facets with the values wanted, and {"ended": true} for what is no longer sold
   after        [release, tier, place] of the last hit of the page before; pages stay in the release they began in
   codes        what the text is when it was read as a code or barcode; then only these are looked up
   language     ISO 639-1; of several names that match, one in this language is shown
   preselectable  whether a client may propose the hit without a person choosing it: never for a misspelling, nor for part
                of a name that several medicines have or that looks like another one */
CREATE FUNCTION reference.search_products(
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
  each reference.search_tier;
BEGIN
  FOR each IN
    -- What earlier pages showed has to be passed again: how much that was is not known, so nothing is cut short then.
    SELECT * FROM reference.search_tiers(searched, asked, codes, reference.search_limits(searched, filter),
      CASE WHEN after IS NULL THEN wanted END)
  LOOP
    CONTINUE WHEN each.tier < from_tier;
    skipped := CASE WHEN each.tier = from_tier THEN public.idx(each.places, from_place) ELSE 0 END;
    RETURN QUERY
      SELECT searched, each.tier, document.place, document.product_id, each.reason,
             CASE each.reason WHEN 'CODE' THEN (
               SELECT value FROM reference.product_code code
                WHERE code.release_id = searched AND code.product_id = document.product_id AND value = ANY (codes) LIMIT 1)
             ELSE reference.matched_name(searched, document.product_id, each.meant, language) END,
             CASE
               WHEN each.reason IN ('TYPO', 'PROPERTY', 'BROWSED') THEN false
               WHEN each.reason = 'EXACT' THEN true
               WHEN each.reason = 'CODE' THEN sure.same
               ELSE sure.same AND alike.names = '{}'
             END,
             alike.names
        FROM (SELECT reference.contain_the_same(searched, each.places) AS same OFFSET 0) sure,
             unnest(public.subarray(each.places, skipped + 1, wanted)) hit
        JOIN reference.search_document document ON document.release_id = searched AND document.place = hit,
             LATERAL (SELECT reference.look_alikes_of(searched, document.product_id) AS names OFFSET 0) alike
       ORDER BY document.place;
    wanted := wanted - least(wanted, cardinality(each.places) - skipped);
    EXIT WHEN wanted = 0;
  END LOOP;
END $$;

/* How many hits of a search have which value, at most 50 of a field, the most frequent first. A field's own filter does not
   count for its values, so that further ones can be chosen. */
CREATE FUNCTION reference.search_facets(asked text, filter jsonb DEFAULT '{}', codes text[] DEFAULT '{}')
RETURNS TABLE (field text, value text, label text, hits int)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  searched uuid := reference.searched_release(NULL);
  limits int[] := reference.search_limits(searched, jsonb_strip_nulls(jsonb_build_object('ended', filter -> 'ended')));
  all_hits int[] := (SELECT reference.any_of(places) FROM reference.search_tiers(searched, asked, codes, limits, NULL));
BEGIN
  PERFORM reference.search_limits(searched, filter);
  RETURN QUERY
  WITH counted AS MATERIALIZED (
    SELECT shape, count(*) AS hits FROM unnest(all_hits) hit
      JOIN reference.search_document ON release_id = searched AND place = hit GROUP BY shape
  ), offered AS MATERIALIZED (
    SELECT counted.*, each.field, each.value
      FROM counted JOIN reference.search_shape_value each ON each.release_id = searched AND each.shape = counted.shape
  ), missed AS (
    -- Fields whose filter a shape does not pass.
    SELECT shape, array_agg(wanted.field) AS fields
      FROM counted, jsonb_each(filter) wanted (field, list)
     WHERE jsonb_typeof(list) = 'array' AND jsonb_array_length(list) > 0
       AND NOT EXISTS (SELECT FROM offered WHERE offered.shape = counted.shape AND offered.field = wanted.field
                          AND list ? offered.value)
     GROUP BY shape
  ), ranked AS (
    SELECT offered.field, offered.value, sum(offered.hits)::int AS hits,
           row_number() OVER (PARTITION BY offered.field ORDER BY sum(offered.hits) DESC, offered.value) AS number
      FROM offered LEFT JOIN missed USING (shape)
     WHERE fields IS NULL OR fields = ARRAY[offered.field]
     GROUP BY offered.field, offered.value
  )
  SELECT ranked.field, ranked.value, reference.facet_label(searched, ranked.field, ranked.value), ranked.hits
    FROM ranked WHERE number <= 50 ORDER BY ranked.field, number;
END $$;

CREATE FUNCTION reference.facet_label(of_release uuid, of_field text, of_value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
  CASE of_field
    WHEN 'form' THEN (SELECT name FROM reference.dosage_form WHERE release_id = of_release AND code = of_value)
    WHEN 'route' THEN (SELECT name FROM reference.route WHERE release_id = of_release AND code = of_value)
    WHEN 'category' THEN (
      SELECT name FROM reference.therapeutic_category WHERE release_id = of_release AND atc_prefix = of_value)
    WHEN 'class' THEN (SELECT name FROM reference.ingredient_class WHERE release_id = of_release AND code = of_value)
    WHEN 'company' THEN (
      SELECT name FROM reference.company WHERE release_id = of_release AND id = nullif(of_value, 'none')::uuid)
  END, of_value);

-- Ingredients --------------------------------------------------------------------------------------------------------

CREATE INDEX look_alike_other ON reference.look_alike (release_id, b);

/* Ingredients that a text may mean, for coding an allergy or a line; in the order of search_products and with the same
   reasons. `after`: [release, number] of the last one of the page before. */
CREATE FUNCTION reference.search_ingredients(
  asked text, first int DEFAULT 20, after jsonb DEFAULT NULL, language text DEFAULT NULL
) RETURNS TABLE (release_id uuid, number int, ingredient_code text, reason text, matched text, preselectable boolean,
  look_alikes text[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
  searched uuid := reference.searched_release(after);
  phrase text := reference.fold(asked);
  most int := coalesce((after ->> 1)::int, 0) + first + 1;
  found record;
BEGIN
  IF phrase = '' THEN RETURN; END IF;
  RETURN QUERY
  SELECT searched, each.number::int, each.ingredient_code, each.reason, each.name,
         each.reason IN ('CODE', 'EXACT') OR each.reason <> 'TYPO' AND each.sole AND each.names = '{}', each.names
    FROM (
      SELECT hit.*, row_number() OVER in_order AS number, count(*) OVER () = 1 AS sole,
             ARRAY(SELECT other.name FROM reference.look_alike pair JOIN reference.ingredient other
                      ON other.release_id = searched AND other.code IN (pair.a, pair.b)
                     AND other.code <> hit.ingredient_code
                    WHERE pair.release_id = searched AND hit.ingredient_code IN (pair.a, pair.b) ORDER BY 1) AS names
        FROM reference.ingredient_hits(searched, asked, phrase, language) hit
        JOIN reference.ingredient ON ingredient.release_id = searched AND ingredient.code = hit.ingredient_code
      WINDOW in_order AS (ORDER BY hit.tier, NOT ingredient.reviewed, ingredient.name, ingredient.code)
       ORDER BY number LIMIT most
    ) each
   WHERE each.number > most - first - 1;
END $$;

/* Every ingredient that is meant, with its best reason. Misspellings only when nothing else is found. */
CREATE FUNCTION reference.ingredient_hits(of_release uuid, asked text, phrase text, preferred_language text)
RETURNS TABLE (ingredient_code text, tier int, reason text, name text)
LANGUAGE plpgsql STABLE ROWS 20 AS $$
BEGIN
  RETURN QUERY
  SELECT DISTINCT ON (hit.ingredient_code) hit.ingredient_code, hit.tier, hit.reason, hit.name
    FROM (
      SELECT code.ingredient_code, 0 AS tier, 'CODE' AS reason, code.value AS name, '' AS language
        FROM reference.ingredient_code code
       WHERE code.release_id = of_release AND code.value = upper(btrim(asked))
      UNION ALL
      SELECT label.ingredient_code,
             CASE WHEN label.kind = 'own' THEN CASE label.folded WHEN phrase THEN 1 ELSE 3 END
               ELSE CASE label.folded WHEN phrase THEN 2 ELSE 4 END END,
             CASE WHEN label.kind <> 'own' THEN 'SYNONYM' WHEN label.folded = phrase THEN 'EXACT' ELSE 'PREFIX' END,
             label.name, label.language
        FROM reference.search_label label
       WHERE label.release_id = of_release AND label.folded >= phrase
         AND label.folded < phrase || U&'\FFFF' COLLATE "C"
      UNION ALL
      SELECT label.ingredient_code, 5, CASE label.kind WHEN 'own' THEN 'PREFIX' ELSE 'SYNONYM' END, label.name,
             label.language
        FROM reference.search_label label
       WHERE label.release_id = of_release AND length(phrase) >= 3 AND label.folded LIKE '% ' || phrase || '%'
    ) hit
   ORDER BY hit.ingredient_code, hit.tier, hit.language = preferred_language DESC NULLS LAST, length(hit.name), hit.name;
  IF FOUND THEN RETURN; END IF;
  RETURN QUERY
  SELECT DISTINCT ON (label.ingredient_code) label.ingredient_code, 9 + repair.number::int, 'TYPO', label.name
    FROM (SELECT words, row_number() OVER (ORDER BY far) AS number
            FROM reference.question_repairs(of_release, reference.words_of(phrase))) repair
    JOIN reference.search_label label
      ON label.release_id = of_release AND label.folded LIKE '%' || repair.words[1] || '%'
   WHERE (SELECT bool_and(position(' ' || word IN ' ' || label.folded) > 0) FROM unnest(repair.words) word)
   ORDER BY label.ingredient_code, repair.number, label.language = preferred_language DESC NULLS LAST,
     length(label.name), label.name;
END $$;

-- Equivalents --------------------------------------------------------------------------------------------------------

-- What may stand in for a product: the same ingredients in the same amounts and form; reviewed ones first.
CREATE FUNCTION reference.equivalents_of(of_release uuid, of_product uuid, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT other.product_id
    FROM reference.search_document mine JOIN reference.search_document other USING (release_id, equivalence)
   WHERE release_id = of_release AND mine.product_id = of_product AND other.place <> mine.place
   ORDER BY other.place LIMIT most;
$$;

-- Nobody reads these any more.
DROP INDEX reference.product_words, reference.product_in_order, reference.product_equivalents;
ALTER TABLE reference.product DROP COLUMN routes, DROP COLUMN names, DROP COLUMN words, DROP COLUMN sort_key,
  DROP COLUMN equivalence;

-- Imported lists are misspelt themselves: "acetominofen" is meant as acetaminophen, although a list has "acetominophen". A
-- word that only imported lists have counts as three quarters of a slip farther than it is; it is still found.

/* What a word that begins nothing may have been meant as, with how far it is from that: words that look or sound alike, the
   beginning of one that sounds so, or two words without the blank between them. */
CREATE OR REPLACE FUNCTION reference.word_repairs(of_release uuid, typed text)
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
  SELECT near.words, (min(near.far) + CASE WHEN bool_or(near.reviewed) THEN 0 ELSE 0.75 END)::real,
         bool_or(near.reviewed), max(near.products)
    FROM near
   WHERE near.far <= reference.farness_allowed(typed)
   GROUP BY near.words ORDER BY 2, 3 DESC, 4 DESC, 1 LIMIT 5;
END $$;

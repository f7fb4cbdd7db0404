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

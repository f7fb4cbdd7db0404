-- A search takes the newest of what it finds. It used to find everything first: a word that a busy pharmacy has a million
-- times was a million rows to sort for a page of twenty. Now it looks at slices of time, from the newest on, each wider
-- than the last, until it has a page.

-- Ids grow with time, so the first digits of an id name a slice of it: six 4.7 hours, four 50 days. How many digits it
-- were stands in the first byte, so that slices of both widths can be keys of one index.
CREATE FUNCTION search_slice(id uuid, digits int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT digits << 24 | ('x' || lpad(left(id::text, digits), 6, '0'))::bit(24)::int $$;
CREATE FUNCTION search_slices(id uuid) RETURNS int[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ARRAY[public.search_slice(id, 6), public.search_slice(id, 4)] $$;

DROP INDEX search_entry_words;
-- What was written lately waits in a list that every search reads; short, because searches are to be fast.
CREATE INDEX search_entry_words ON search_entry USING gin (reader_ids, words, search_slices(id))
  WITH (gin_pending_list_limit = 128);

-- One stretch of the search. Materialized, so that the planner cannot go through all entries by their ids instead.
CREATE FUNCTION search_stretch(reader uuid, sought tsquery, slices int[], before uuid, most int)
  RETURNS TABLE (id uuid, kind text) LANGUAGE sql STABLE ROWS 21
AS $$
  WITH found AS MATERIALIZED (
    SELECT entry.id, entry.kind FROM public.search_entry AS entry
    WHERE reader_ids @> ARRAY[reader] AND words @@ sought AND public.search_slices(entry.id) && slices
      AND entry.id < before
  )
  SELECT found.id, found.kind FROM found ORDER BY found.id DESC LIMIT most
$$;
REVOKE EXECUTE ON FUNCTION search_stretch FROM PUBLIC;

CREATE OR REPLACE FUNCTION search_hits(wanted text, language regconfig, in_thread uuid, before uuid, most int)
  RETURNS TABLE (id uuid, kind text) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 21 SET search_path = ''
AS $$
DECLARE
  reader CONSTANT uuid := access.principal_id();
  sought CONSTANT tsquery := websearch_to_tsquery('public.search_simple', wanted) || websearch_to_tsquery(language, wanted);
  newest uuid;
  oldest uuid;
  digits int := 6;
  width  int := 4;
  first  int;
  last   int;
  got    int;
BEGIN
  IF in_thread IS NOT NULL THEN
    RETURN QUERY SELECT entry.id, entry.kind FROM public.search_entry AS entry
      WHERE thread_id = in_thread AND reader_ids @> ARRAY[reader] AND words @@ sought AND entry.id < before
      ORDER BY entry.id DESC LIMIT most;
    RETURN;
  END IF;
  SELECT entry.id INTO newest FROM public.search_entry AS entry WHERE entry.id < before ORDER BY entry.id DESC LIMIT 1;
  SELECT entry.id INTO oldest FROM public.search_entry AS entry ORDER BY entry.id LIMIT 1;
  WHILE before > oldest AND newest IS NOT NULL LOOP
    last := public.search_slice(newest, digits);
    first := greatest(last - width + 1, public.search_slice(oldest, digits));
    RETURN QUERY SELECT stretch.id, stretch.kind
      FROM public.search_stretch(reader, sought, ARRAY(SELECT generate_series(first, last)), before, most) AS stretch;
    GET DIAGNOSTICS got = ROW_COUNT;
    most := most - got;
    EXIT WHEN most <= 0;
    -- On with what is older: the smallest id of the oldest slice looked at.
    before := least(before, rpad(lpad(to_hex(first - (digits << 24)), digits, '0'), 32, '0')::uuid);
    IF digits = 6 THEN
      digits := 4;
      width := 2;
    ELSE
      width := width * 9;
    END IF;
  END LOOP;
END
$$;

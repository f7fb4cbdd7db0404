-- Full-text search over messages and notes, for those who may read them now.

CREATE EXTENSION IF NOT EXISTS unaccent;

-- search_simple knows words as they are, search_<language> by their stems; none of them knows accents.
CREATE TEXT SEARCH CONFIGURATION search_simple (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION search_simple ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
DO $$
DECLARE
  language record;
BEGIN
  FOR language IN SELECT * FROM (VALUES
    ('da', 'danish'), ('de', 'german'), ('en', 'english'), ('es', 'spanish'), ('fi', 'finnish'), ('fr', 'french'),
    ('hu', 'hungarian'), ('it', 'italian'), ('nl', 'dutch'), ('no', 'norwegian'), ('pt', 'portuguese'),
    ('ru', 'russian'), ('sv', 'swedish'), ('tr', 'turkish')) AS known (code, name)
  LOOP
    EXECUTE format('CREATE TEXT SEARCH CONFIGURATION search_%s (COPY = pg_catalog.%I)', language.code, language.name);
    EXECUTE format('ALTER TEXT SEARCH CONFIGURATION search_%s ALTER MAPPING FOR hword, hword_part, word
      WITH unaccent, %I', language.code, language.name || '_stem');
  END LOOP;
END
$$;

-- Which of them its stems are made by; null: none.
ALTER TABLE message ADD COLUMN language text;

-- What can be found, and by whom. Who may read stands in the row itself, so that one index answers both questions; it is
-- changed with the members, in their transaction. What is deleted or purged is taken out with its text.
CREATE TABLE search_entry (
  -- Of the message or note; made in the order of time.
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('message', 'note')),
  thread_id  uuid NOT NULL REFERENCES thread,
  reader_ids uuid[] NOT NULL,
  words      tsvector NOT NULL
);
CREATE INDEX search_entry_words ON search_entry USING gin (reader_ids, words);
CREATE INDEX search_entry_thread ON search_entry (thread_id);

ALTER TABLE thread NO FORCE ROW LEVEL SECURITY;
ALTER TABLE message NO FORCE ROW LEVEL SECURITY;
INSERT INTO search_entry (id, kind, thread_id, reader_ids, words)
  SELECT message.id, 'message', thread_id, member_ids, to_tsvector('search_simple', body)
  FROM message JOIN thread ON thread.id = thread_id WHERE kind = 'text' AND body IS NOT NULL;
ALTER TABLE thread FORCE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;

ALTER TABLE search_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON search_entry TO carethread_app
  USING ((SELECT access.principal_id()) = ANY (reader_ids));
CREATE POLICY worker ON search_entry TO carethread_worker USING (true);
CREATE POLICY searching ON search_entry FOR SELECT TO CURRENT_USER USING (true);

-- Under row security no index could be asked for words: PostgreSQL does not let an operator that is not leakproof look at
-- rows before the policy has. So the search runs as the owner, with the policy's condition in it; whose words are looked
-- for is not an argument. What it finds is read under row security as everything else.
CREATE FUNCTION search_hits(wanted text, language regconfig, in_thread uuid, before uuid, most int)
  RETURNS TABLE (id uuid, kind text) LANGUAGE sql STABLE SECURITY DEFINER ROWS 21 SET search_path = ''
AS $$
  SELECT id, kind FROM public.search_entry
  WHERE reader_ids @> ARRAY[(SELECT access.principal_id())]
    AND words @@ (websearch_to_tsquery('public.search_simple', wanted) || websearch_to_tsquery(language, wanted))
    AND id < before AND (in_thread IS NULL OR thread_id = in_thread)
  ORDER BY id DESC LIMIT most
$$;
REVOKE EXECUTE ON FUNCTION search_hits FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_hits TO carethread_app;

GRANT SELECT, INSERT, DELETE ON search_entry TO carethread_app;
GRANT UPDATE (words) ON search_entry TO carethread_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON search_entry TO carethread_worker;

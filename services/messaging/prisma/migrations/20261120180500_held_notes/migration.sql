-- A hold keeps notes as it keeps messages. A note has one text only.
CREATE OR REPLACE FUNCTION keep_held_copy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  former jsonb := to_jsonb(OLD);
  of uuid := coalesce(former ->> 'message_id', former ->> 'id')::uuid;
BEGIN
  INSERT INTO public.held_copy (message_id, version, thread_id, body, kept_at)
    SELECT of, coalesce((former ->> 'version')::int, 1), OLD.thread_id, OLD.body, now()
    WHERE EXISTS (SELECT FROM public.legal_hold WHERE thread_id = OLD.thread_id AND lifted_at IS NULL)
      OR EXISTS (SELECT FROM public.message_report WHERE message_id = of AND status = 'open')
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_held_copy AFTER UPDATE OF body ON note
  FOR EACH ROW WHEN (OLD.body IS NOT NULL AND NEW.body IS NULL) EXECUTE FUNCTION keep_held_copy();

-- The books: double entry, only ever added to. Only the worker posts, as money moves only where the provider has spoken.
CREATE TABLE ledger_transaction (
  id         uuid PRIMARY KEY,
  -- The movement it stands for, such as charge:<attempt>: posted once, however often it is told.
  reference  text NOT NULL UNIQUE,
  payment_id uuid NOT NULL REFERENCES payment (id),
  kind       text NOT NULL CHECK (kind IN ('charge', 'refund')),
  posted_at  timestamptz(3) NOT NULL,
  recorded_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ledger_transaction_of_payment ON ledger_transaction (payment_id);
CREATE INDEX ledger_transaction_by_time ON ledger_transaction (posted_at, id);

CREATE TABLE ledger_entry (
  transaction_id uuid NOT NULL REFERENCES ledger_transaction (id),
  account        text NOT NULL CHECK (account ~ '^(provider:[a-z]+|(clinic|refunds|overpaid):[0-9a-f-]{36})$'),
  -- Debit is positive, credit negative.
  minor          int NOT NULL CHECK (minor <> 0),
  currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  PRIMARY KEY (transaction_id, account)
);
CREATE INDEX ledger_entry_of_account ON ledger_entry (account, currency);

-- A transaction that does not sum to nothing, currency by currency, does not commit.
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  wanted uuid := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN (to_jsonb(NEW) ->> 'transaction_id')::uuid
    ELSE (to_jsonb(NEW) ->> 'id')::uuid END;
BEGIN
  IF (SELECT count(*) FROM ledger_entry WHERE transaction_id = wanted) < 2
    OR EXISTS (SELECT FROM ledger_entry WHERE transaction_id = wanted GROUP BY currency HAVING sum(minor) <> 0)
  THEN
    RAISE EXCEPTION 'Ledger transaction % is not balanced.', wanted USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger_transaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();

-- Nobody has the right to change or delete an entry, and whoever owns the tables is stopped, too.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The ledger is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE ledger_transaction ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_transaction FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY administrators_read ON ledger_transaction FOR SELECT TO carethread_app USING (
  (SELECT access.role()) = 'administrator');
CREATE POLICY administrators_read ON ledger_entry FOR SELECT TO carethread_app USING (
  (SELECT access.role()) = 'administrator');
CREATE POLICY everything ON ledger_transaction TO carethread_worker USING (true);
CREATE POLICY everything ON ledger_entry TO carethread_worker USING (true);
GRANT SELECT ON ledger_transaction, ledger_entry TO carethread_app;
GRANT SELECT, INSERT ON ledger_transaction, ledger_entry TO carethread_worker;

-- What a signature was made under, and with which proof of identity. `step_up` as in the access token: when and how.
-- `signed_schedules` by line, as the catalog had it then; a line is missing until the catalog has said.
ALTER TABLE prescription
  ADD COLUMN packs            text[] NOT NULL DEFAULT '{}',
  ADD COLUMN step_up          jsonb,
  ADD COLUMN signed_schedules jsonb NOT NULL DEFAULT '{}',
  -- The pharmacy that handed something over last, and how often that was another one than before.
  ADD COLUMN dispensed_by     uuid,
  ADD COLUMN transfers        int NOT NULL DEFAULT 0 CHECK (transfers >= 0);
ALTER TABLE signed_content
  ADD COLUMN packs     text[] NOT NULL DEFAULT '{}',
  ADD COLUMN step_up   jsonb,
  ADD COLUMN schedules jsonb NOT NULL DEFAULT '{}';
ALTER TABLE fill_line
  ADD COLUMN first_handed_over_at timestamptz(3),
  ADD COLUMN part_reason          text CHECK (part_reason IN ('short_supply', 'on_request'));

-- The owner, who has no right to rows, sees them for this once.
ALTER TABLE prescription  NO FORCE ROW LEVEL SECURITY;
ALTER TABLE fill_line     NO FORCE ROW LEVEL SECURITY;
ALTER TABLE dispense      NO FORCE ROW LEVEL SECURITY;
ALTER TABLE dispense_item NO FORCE ROW LEVEL SECURITY;
-- Who handed out what was begun before this. Transfers before it are not known, and not held against anybody.
UPDATE prescription p SET dispensed_by = d.pharmacy_id
  FROM (SELECT DISTINCT ON (prescription_id) prescription_id, pharmacy_id FROM dispense
        ORDER BY prescription_id, handed_over_at DESC, id DESC) d
  WHERE d.prescription_id = p.id;
UPDATE fill_line l SET first_handed_over_at = d.at
  FROM (SELECT d.fill_id, i.line_id, min(d.handed_over_at) AS at FROM dispense d
        JOIN dispense_item i ON i.dispense_id = d.id GROUP BY d.fill_id, i.line_id) d
  WHERE d.fill_id = l.fill_id AND d.line_id = l.line_id;
ALTER TABLE prescription  FORCE ROW LEVEL SECURITY;
ALTER TABLE fill_line     FORCE ROW LEVEL SECURITY;
ALTER TABLE dispense      FORCE ROW LEVEL SECURITY;
ALTER TABLE dispense_item FORCE ROW LEVEL SECURITY;
ALTER TABLE fill_line ADD CONSTRAINT since_when_it_is_handed_over
  CHECK ((handed_over > 0) = (first_handed_over_at IS NOT NULL));

GRANT UPDATE (packs, step_up, signed_schedules, dispensed_by, transfers) ON prescription
  TO carethread_app, carethread_worker;
GRANT UPDATE (first_handed_over_at, part_reason) ON fill_line TO carethread_app, carethread_worker;

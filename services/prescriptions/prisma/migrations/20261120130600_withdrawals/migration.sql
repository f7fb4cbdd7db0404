-- Products that must not reach patients, as the catalog's events say. Nothing personal.
CREATE TABLE product_withdrawal (
  id             uuid PRIMARY KEY,
  product_id     uuid NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('withdrawn', 'recalled')),
  -- Folded as they are compared; null for the whole product.
  lots           text[],
  recall_class   int,
  effective_from timestamptz(3) NOT NULL,
  ended          boolean NOT NULL DEFAULT false
);
CREATE INDEX product_withdrawal_of ON product_withdrawal (product_id) WHERE NOT ended;
GRANT SELECT ON product_withdrawal TO carethread_app, carethread_worker;
GRANT INSERT ON product_withdrawal TO carethread_worker;
GRANT UPDATE (ended) ON product_withdrawal TO carethread_worker;

-- Which product it is that was given instead, where the pharmacy says so.
ALTER TABLE preparation ADD COLUMN substitute_product_id uuid;
ALTER TABLE dispense_item ADD COLUMN substitute_product_id uuid;
ALTER TABLE preparation ADD CHECK (substitute_product_id IS NULL OR substitute_text IS NOT NULL);
ALTER TABLE dispense_item ADD CHECK (substitute_product_id IS NULL OR substitute_text IS NOT NULL);

-- Who has, or is to get, a product.
CREATE INDEX prescription_line_by_product ON prescription_line (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX preparation_by_substitute ON preparation (substitute_product_id) WHERE substitute_product_id IS NOT NULL;
CREATE INDEX dispense_item_by_line ON dispense_item (line_id);
CREATE INDEX dispense_item_by_substitute ON dispense_item (substitute_product_id)
  WHERE substitute_product_id IS NOT NULL;

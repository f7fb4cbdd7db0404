/** A ticket with its pharmacy's zone, as JSON; `id` is an SQL expression. */
const ticketJson = (
  id: string,
) => `(SELECT json_build_object('id', t.id, 'status', t.status, 'pharmacyId', t.pharmacy_id,
    'timeZone', coalesce(o.time_zone, 'UTC'), 'jurisdiction', o.jurisdiction, 'fence', t.fence, 'endedFence', t.ended_fence, 'held', t.held)
  FROM ticket t LEFT JOIN organisation o ON o.id = t.pharmacy_id WHERE t.id = ${id})`;

const substitutionJson = (of: string) => `CASE WHEN ${of}.substitute_text IS NOT NULL THEN json_build_object(
    'productText', ${of}.substitute_text, 'productId', ${of}.substitute_product_id, 'type', ${of}.substitution_type, 'reason', ${of}.substitution_reason) END`;

/** A line as JSON; `l` is the row. */
export const lineJson = `json_build_object('id', l.id, 'productId', l.product_id, 'text', l.text,
    'ingredients', l.ingredients, 'strength', l.strength, 'form', l.form, 'route', l.route,
    'dose', CASE WHEN l.dose_amount IS NOT NULL THEN
      json_build_object('amount', l.dose_amount, 'unit', l.dose_unit, 'perDay', l.doses_per_day) END,
    'durationDays', l.duration_days, 'quantity', l.quantity, 'quantityUnit', l.quantity_unit, 'repeats', l.repeats,
    'substitutionAllowed', l.substitution_allowed, 'instructions', l.instructions,
    'resolved', CASE WHEN l.resolved_ingredients IS NOT NULL THEN json_build_object(
      'wording', l.wording, 'ingredients', l.resolved_ingredients, 'schedule', l.schedule) END)`;

const lines = (version: string) => `coalesce((SELECT json_agg(${lineJson} ORDER BY l.position)
  FROM prescription_line l WHERE l.prescription_id = p.id AND l.content_version = ${version}), '[]')`;

const fillJson = `json_build_object('id', f.id, 'number', f.number, 'ticketId', f.ticket_id,
    'contentVersion', f.content_version, 'status', f.status, 'version', f.version,
    'lastDispenseId', f.last_dispense_id, 'openedAt', f.opened_at, 'ticket', ${ticketJson('f.ticket_id')},
    'lines', coalesce((SELECT json_agg(json_build_object('lineId', fl.line_id, 'quantity', fl.quantity,
        'handedOver', fl.handed_over, 'notDispensed', fl.not_dispensed,
        'firstHandedOverAt', fl.first_handed_over_at, 'partReason', fl.part_reason) ORDER BY l.position)
      FROM fill_line fl JOIN prescription_line l ON l.id = fl.line_id WHERE fl.fill_id = f.id), '[]'),
    'preparations', coalesce((SELECT json_agg(json_build_object('id', r.id, 'lineId', r.line_id, 'quantity', r.quantity,
        'lot', r.lot, 'expiresOn', r.expires_on, 'substitution', ${substitutionJson('r')},
        'preparedBy', r.prepared_by, 'preparedAt', r.prepared_at) ORDER BY r.expires_on, r.id)
      FROM preparation r WHERE r.fill_id = f.id), '[]'))`;

const screeningJson = `json_build_object('number', s.number, 'contentVersion', s.content_version,
    'contentHash', s.content_hash, 'factsVersion', s.facts_version, 'cause', s.cause, 'input', s.input,
    'askedAt', s.asked_at, 'verdict', s.verdict, 'judgedAt', s.judged_at)`;

const overrideJson = `json_build_object('id', v.id, 'contentHash', v.content_hash, 'findingKey', v.finding_key,
    'reason', v.reason, 'text', v.text, 'doctorId', v.doctor_id, 'at', v.at)`;

const withdrawalsJson = `coalesce((SELECT json_agg(json_build_object('id', w.id, 'productId', w.product_id, 'kind', w.kind,
    'lots', w.lots, 'recallClass', w.recall_class, 'effectiveFrom', w.effective_from) ORDER BY w.id)
  FROM product_withdrawal w WHERE NOT w.ended AND w.product_id IN (
    SELECT l.product_id FROM prescription_line l WHERE l.prescription_id = p.id
    UNION ALL SELECT r.substitute_product_id FROM preparation r JOIN fill f ON f.id = r.fill_id
     WHERE f.prescription_id = p.id)), '[]')`;

/** Whole prescriptions, one row each, as far as row level security shows them; `condition` is about `p`. */
export const selectPrescriptions = (condition: string) => `SELECT p.*,
  ${lines('p.content_version')} AS lines,
  CASE WHEN p.amendment_version IS NOT NULL THEN ${lines('p.amendment_version')} END AS amended_lines,
  (SELECT ${screeningJson} FROM screening s WHERE s.prescription_id = p.id ORDER BY s.number DESC LIMIT 1) AS screening,
  coalesce((SELECT json_agg(${overrideJson} ORDER BY v.at, v.id) FROM finding_override v
    WHERE v.prescription_id = p.id), '[]') AS overrides,
  coalesce((SELECT json_agg(${fillJson} ORDER BY f.opened_at, f.id) FROM fill f
    WHERE f.prescription_id = p.id), '[]') AS fills,
  coalesce((SELECT version FROM patient_profile WHERE patient_id = p.patient_id), 0) AS facts_version,
  ${withdrawalsJson} AS withdrawals,
  (SELECT release_id FROM catalog_release ORDER BY published_at DESC, publication DESC LIMIT 1) AS release_in_force,
  ${ticketJson('p.ticket_id')} AS ticket,
  (SELECT json_build_object('jurisdiction', o.jurisdiction, 'timeZone', o.time_zone) FROM organisation o
    WHERE o.id = p.clinic_id) AS clinic
  FROM prescription p WHERE ${condition} ORDER BY p.id`;

/** A dispense with its items, one row each; `condition` is about `d`. */
export const selectDispenses = (
  condition: string,
) => `SELECT d.id, d.prescription_id AS "prescriptionId", d.patient_id AS "patientId",
  d.fill_id AS "fillId", d.ticket_id AS "ticketId", d.pharmacy_id AS "pharmacyId", d.fence,
  d.handed_over_by AS "handedOverBy", d.handed_over_at AS "handedOverAt", d.collected_by AS "collectedBy",
  (SELECT json_agg(json_build_object('lineId', i.line_id, 'quantity', i.quantity, 'lot', i.lot,
      'expiresOn', i.expires_on, 'substitution', ${substitutionJson('i')}, 'preparedBy', i.prepared_by,
      'preparedAt', i.prepared_at) ORDER BY i.position) FROM dispense_item i WHERE i.dispense_id = d.id) AS items
  FROM dispense d WHERE ${condition} ORDER BY d.handed_over_at, d.id`;

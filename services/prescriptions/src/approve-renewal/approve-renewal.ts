import type { Tx } from '@carethread/bus/transaction.ts';
import { idSchema, newId, type PrescriptionId, type RenewalId } from '@carethread/contracts/ids.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { dateIn } from '../calendar.ts';
import { newIds } from '../change-prescription.ts';
import { cancel } from '../ending.ts';
import type { Context } from '../graphql/context.ts';
import { nothingKnown } from '../patient-facts.ts';
import type { Decided, Prescription } from '../prescription.ts';
import { decidable, renewalNotFound } from '../renewal/decidable.ts';
import { renewalProblem } from '../renewal/eligible.ts';
import { approve } from '../renewal/follow.ts';
import { blankFor, issue, renewedLines } from '../renewal/issue.ts';
import type { Renewal } from '../renewal/renewal.ts';
import { screeningInput } from '../screening.ts';
import { lockPrescription } from '../store/load.ts';
import { readFacts } from '../store/patient-facts-store.ts';
import { lockRenewal, findAround, saveRenewal } from '../store/renewal-store.ts';
import { save } from '../store/save.ts';
import type { TicketCopy } from '../ticket-copy.ts';

const schema = z.object({ renewalId: idSchema<'Renewal'>(), expectedVersion: z.int() });

// Held until the commit: whatever ends the ticket afterwards finds the new prescription.
const findTicket = `SELECT id, status, pharmacy_id AS "pharmacyId", 'UTC' AS "timeZone", NULL AS jurisdiction, fence,
    ended_fence AS "endedFence", held FROM ticket WHERE id = $1 FOR SHARE`;
const findPrescriber = `SELECT EXISTS (SELECT 1 FROM membership WHERE user_id = $1 AND organisation_id = $2
  AND role = 'doctor' AND NOT ended) AS may`;
// The patient goes on with the new one: the two are not to be taken for two medicines.
const endMedicine = 'UPDATE medicine SET taken_until = $2 WHERE prescription_id = $1 AND taken_until > $2';

/**
 * Approves what the patient asked for: the new prescription exists with the same commit, and is checked like any other.
 * Who may do it was checked here; the transaction is the worker's, because nobody but a doctor has the right to write
 * prescriptions as a person.
 */
export async function approveRenewal(context: Context, raw: unknown): Promise<RenewalId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const actor = signedIn(context);
  const now = context.now();
  return context.database.asWorker<RenewalId | Refusal>(async (tx) => {
    const ids = await findAround(tx, input.renewalId);
    if (!ids) return renewalNotFound();
    const [ticket] = await tx.query<TicketCopy>(findTicket, [ids.ticketId]);
    const source = await lockPrescription(tx, ids.sourceId);
    const renewal = await lockRenewal(tx, input.renewalId);
    const refused = decidable(renewal, actor, input.expectedVersion);
    if (refused) return refused;
    if (!ticket) return refuse('NOT_YET', 'Its ticket is just being opened. Try again in a moment.');
    const issued = await issueAnew(tx, context, { renewal: renewal!, source: source!, ticket }, now);
    if (issued instanceof Refusal) return issued;
    const by = { userId: actor.userId, prescriptionId: issued };
    const cause = causeOfRequest(context);
    return saveRenewal(tx, renewal, approve(renewal!, by, context.rules.renewals, now), cause).id;
  });
}

async function issueAnew(
  tx: Tx,
  context: Context,
  { renewal, source, ticket }: { renewal: Renewal; source: Prescription; ticket: TicketCopy },
  now: Date,
): Promise<PrescriptionId | Refusal> {
  const { rules } = context;
  const { signature, clinicId, clinic, id: sourceId } = source;
  if (!signature || signature.contentHash !== renewal.sourceHash)
    return refuse(
      'ILLEGAL_MOVE',
      'The doctor has changed the prescription since: it is not what was asked for.',
    );
  const terms = rules.renewals.terms.of({ id: clinicId, jurisdiction: clinic?.jurisdiction ?? null });
  const problem = renewalProblem({ ...source, signature }, renewal.authorityAt, { terms, rules, now });
  if (problem) return problem;
  const [[prescriber], facts] = await Promise.all([
    tx.query<{ may: boolean }>(findPrescriber, [source.doctorId, clinicId]),
    // Of the source, whose medicine is the one that goes on: it is not counted beside itself.
    readFacts(tx, [sourceId], now),
  ]);
  if (!prescriber?.may)
    return refuse('NOT_ALLOWED', 'The doctor does not prescribe for the clinic any more. Decline it.');
  const known = facts.get(sourceId) ?? nothingKnown;
  const blank = blankFor(renewal, source, { id: newId<'Prescription'>(), ticket, now });
  const lines = renewedLines(source, newIds.line);
  const toScreen = { input: screeningInput(lines, known, dateIn('UTC', now)), factsVersion: known.version };
  const issued = issue(blank, lines, toScreen, { now, rules, mayPrescribe: true });
  if (issued instanceof Refusal) return issued;
  const saving = { cause: causeOfRequest(context), rules };
  save(tx, null, { prescription: blank, facts: [] }, saving);
  save(tx, blank, issued, saving);
  // What went out on paper is not to be filled beside its renewal.
  const ended: Decided | undefined = cancel(source, 'renewed', now).decided;
  if (ended) save(tx, source, ended, saving);
  tx.send(endMedicine, [sourceId, now]);
  return blank.id;
}

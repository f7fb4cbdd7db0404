import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Data } from '../client.ts';
import type { Renewing } from './patients.ts';

/** Who decides about renewals. */
export interface Staff {
  admin: Client;
  doctor: Client;
}

/** What happens to one renewal besides what has to. */
export interface Fate {
  /** Token that tells the simulator what to do. */
  paymentMethod: string;
  /** After so many milliseconds the patient cancels the ticket; null: never. */
  cancelAfterMs: number | null;
  declined: boolean;
}

const read = `query ($id: ID!) { renewal(id: $id) { id version state money ticket { id } payment { id version status }
  prescription { id status openItems version document { id } } } }`;
const ends = ['CLOSED', 'DECLINED', 'CANCELLED', 'EXPIRED'];
/** The money of a renewal that is over will change no more. */
const settled = (renewal: Data) =>
  ends.includes(renewal['state']) &&
  (renewal['state'] === 'CLOSED' || ['FREE', 'BACK', 'NEVER_TAKEN'].includes(renewal['money']));

/** Asks the same until it is answered: what was killed in between is asked again, under the same keys. */
export async function insist<Answer>(ask: () => Promise<Answer>, patienceMs = 120_000): Promise<Answer> {
  for (const end = performance.now() + patienceMs; ; await pause(150))
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
}

/** One renewal from the wish to its end, by people who do not give up. Answers its id. */
export async function life(
  { patient, prescriptionId }: Renewing,
  staff: () => Promise<Staff>,
  fate: Fate,
  patienceMs: number,
): Promise<string> {
  const keys = Array.from({ length: 40 }, () => crypto.randomUUID());
  const wish = { prescriptionId, idempotencyKey: keys[0] };
  const { renewal } = await insist(() =>
    patient.change('requestRenewal', wish, 'renewal { id ticket { id } }'),
  );
  const begun = performance.now();
  let tries = 0;
  const cancel = async () =>
    void (await patient.tryChange(
      'cancelTicket',
      { ticketId: renewal.ticket.id, reason: 'PATIENT_WISH' },
      'outcome',
    ));
  for (let cancelled = false; performance.now() - begun < patienceMs; await pause(200)) {
    const now = (await insist(() => patient.do(read, { id: renewal.id })))['renewal'] as Data;
    if (settled(now)) break;
    if (!cancelled && fate.cancelAfterMs !== null && performance.now() - begun > fate.cancelAfterMs) {
      cancelled = true;
      await insist(cancel);
    }
    // Whatever is refused was done meanwhile, or is done the next time round.
    await step(now, tries, { patient, staff, fate, key: keys[tries + 1]!, cancel })
      .then((paid) => void (tries += paid ? 1 : 0))
      .catch(() => {});
  }
  await patient.close();
  return renewal.id;
}

interface Around {
  patient: Client;
  staff: () => Promise<Staff>;
  fate: Fate;
  key: string;
  cancel: () => Promise<void>;
}

/** What somebody does next; true when it was a payment that was begun. */
async function step(
  now: Data,
  tries: number,
  { patient, staff, fate, key, cancel }: Around,
): Promise<boolean> {
  const { id: renewalId, version: expectedVersion, payment, prescription } = now;
  switch (now['state']) {
    case 'PENDING_PAYMENT':
    case 'REJECTED': {
      if (!payment?.version) return false;
      if (tries > 4) return cancel().then(() => false);
      const again = now['state'] === 'REJECTED';
      const pay = { idempotencyKey: key, paymentId: payment.id, expectedVersion: payment.version };
      const paymentMethod = again && tries > 2 ? 'pm_card_visa' : fate.paymentMethod;
      const done = await patient.tryChange(
        again ? 'retryPayment' : 'startPayment',
        { ...pay, paymentMethod },
        'payment { id }',
      );
      return done['payment'] !== null;
    }
    case 'AWAITING_APPROVAL': {
      const { admin } = await staff();
      const decision = { renewalId, expectedVersion };
      if (fate.declined)
        await admin.tryChange('declineRenewal', { ...decision, reason: 'OTHER' }, 'renewal { id }');
      else await admin.tryChange('approveRenewal', decision, 'renewal { id }');
      return false;
    }
    case 'APPROVED': {
      const { doctor } = await staff();
      const open = prescription && (await doctor.do(points, { id: prescription.id }))['prescription'];
      for (const [i, findingKey] of (open?.openItems ?? []).entries())
        await doctor.tryChange(
          'overrideFinding',
          {
            prescriptionId: open.id,
            findingKey,
            expectedVersion: open.version + i,
            reason: 'CHECKED_BY_HAND',
            text: 'Checked by hand.',
          },
          'prescription { id }',
        );
      return false;
    }
    case 'READY': {
      const document = { documentId: prescription.document.id, idempotencyKey: crypto.randomUUID() };
      const { link } = await patient.change('createDocumentLink', document, 'link { url }');
      await (await fetch(link.url)).arrayBuffer();
      return false;
    }
    default:
      return false;
  }
}

const points = 'query ($id: ID!) { prescription(id: $id) { id version openItems } }';

import type { UserId } from '@carethread/contracts/ids.ts';
import type { ScreeningInput } from '@carethread/contracts/screening.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { dayMs } from './calendar.ts';
import { checkChangeable } from './drafting.ts';
import { endFill, openFill } from './fill.ts';
import { linesOfFill, type Resolved } from './line.ts';
import { checkVersion, type Decided, decide, draftOf, type Fact, hashOf, type NewIds, openFillOf, type Prescription, withFill, wrongStatus } from './prescription.ts';
import { clearanceOf, itemsOf, openItems, type Override, type ScreeningCause, type StoredVerdict } from './screening.ts';

/** What is to be checked, with the version of the facts it was built from. */
export interface ToScreen {
  input: ScreeningInput;
  factsVersion: number;
}

/**
 * Freezes what is being written and has it checked. `mayPrescribe` is the signer's right at this moment. A fill nobody
 * has handed anything over from ends here when the content is a new version.
 */
export function sign(
  prescription: Prescription,
  by: { userId: UserId; mayPrescribe: boolean; expectedVersion: number },
  toScreen: ToScreen,
  at: { now: Date; validDays: number },
): Decided | Refusal {
  const draft = draftOf(prescription);
  if (!draft) return wrongStatus(prescription, 'This is signed already.');
  const stale = checkVersion(prescription, by.expectedVersion);
  if (stale) return stale;
  if (by.userId !== prescription.doctorId || prescription.ticket === null || !by.mayPrescribe)
    return refuse('NOT_ALLOWED', 'You may not prescribe for this clinic now.');
  const unchangeable = checkChangeable(prescription);
  if (unchangeable) return unchangeable;
  if (draft.lines.length === 0) return refuse('INVALID', 'There is nothing on it yet.', { path: ['lines'] });
  const timeless = draft.lines.flatMap((line, i) =>
    line.repeats > 0 && line.durationDays === null ? [String(i)] : [],
  );
  if (timeless.length > 0)
    return new Refusal(
      timeless.map((i) => ({
        code: 'INVALID',
        message: 'A line with repeats needs its duration: the next fill is counted from it.',
        path: ['lines', i, 'durationDays'],
      })),
    );
  const { contentVersion, lines } = draft;
  const hash = hashOf(prescription, draft);
  const begun = openFillOf(prescription);
  return decide(
    prescription,
    {
      status: 'signed',
      contentVersion,
      lines,
      amendment: null,
      signature: {
        contentHash: hash,
        by: by.userId,
        at: at.now,
        validUntil: new Date(at.now.getTime() + at.validDays * dayMs),
      },
      releasedAt: null,
      openItems: 0,
      fills: begun ? withFill(prescription, endFill(begun, 'superseded')) : prescription.fills,
      screening: nextScreening(prescription, { contentVersion, contentHash: hash, cause: 'signed', now: at.now }, toScreen),
    },
    { kind: 'signed' },
  );
}

/** Has frozen content checked again; null for one that is not in force. */
export function rescreen(
  prescription: Prescription,
  cause: ScreeningCause,
  toScreen: ToScreen,
  now: Date,
): Decided | null {
  const { signature, contentVersion } = prescription;
  if (!signature || !isInForce(prescription)) return null;
  const about = { contentVersion, contentHash: signature.contentHash, cause, now };
  return decide(
    prescription,
    { screening: nextScreening(prescription, about, toScreen) },
    { kind: 'rescreen_requested' },
  );
}

/** Signed and not ended: what it says may still reach the patient. */
export function isInForce({ status }: Prescription): boolean {
  switch (status) {
    case 'signed':
    case 'blocked':
    case 'released':
      return true;
    case 'draft':
    case 'completed':
    case 'cancelled':
    case 'expired':
      return false;
    default:
      return status satisfies never;
  }
}

const nextScreening = (
  { screening }: Prescription,
  about: { contentVersion: number; contentHash: string; cause: ScreeningCause; now: Date },
  { input, factsVersion }: ToScreen,
) => ({
  number: (screening?.number ?? 0) + 1,
  contentVersion: about.contentVersion,
  contentHash: about.contentHash,
  factsVersion,
  cause: about.cause,
  input,
  askedAt: about.now,
  verdict: null,
  judgedAt: null,
});

/** Takes in a verdict. Null when it is about older content or an older question: then it changes nothing. */
export function judge(
  prescription: Prescription,
  about: { screeningNumber: number; contentHash: string },
  result: { verdict: StoredVerdict; lines: ReadonlyMap<string, Resolved> },
  at: { now: Date; newIds: NewIds },
): Decided | null {
  const { screening } = prescription;
  if (!screening || !isInForce(prescription)) return null;
  if (screening.number !== about.screeningNumber || screening.contentHash !== about.contentHash) return null;
  const judged: Prescription = {
    ...prescription,
    screening: { ...screening, verdict: result.verdict, judgedAt: at.now },
    lines: prescription.lines.map((line) => {
      const resolved = result.lines.get(line.id);
      return resolved ? { ...line, resolved } : line;
    }),
  };
  return settle(judged, at);
}

/**
 * A doctor's answer to one finding or gap, for what is being written if there is such, else for the signed content:
 * there it can be the last one that was missing.
 */
export function answerFinding(
  prescription: Prescription,
  expectedVersion: number,
  answer: Omit<Override, 'contentHash'>,
  at: { now: Date; newIds: NewIds },
): Decided | Refusal {
  const draft = draftOf(prescription);
  const { screening } = prescription;
  if (!draft && !isInForce(prescription)) return wrongStatus(prescription);
  const stale = checkVersion(prescription, expectedVersion);
  if (stale) return stale;
  const path = ['input', 'findingKey'];
  const hash = draft ? hashOf(prescription, draft) : (prescription.signature?.contentHash ?? '');
  if (!draft && screening?.verdict && !itemsOf(screening.verdict).includes(answer.findingKey))
    return refuse('INVALID', 'The newest check found nothing of this kind.', { path });
  if (prescription.overrides.some((o) => o.contentHash === hash && o.findingKey === answer.findingKey))
    return refuse('INVALID', 'This was answered before.', { path });
  const overrides = [...prescription.overrides, { ...answer, contentHash: hash }];
  return draft ? decide(prescription, { overrides }) : settle({ ...prescription, overrides }, at);
}

/** Draws the conclusion from the newest verdict and the answers given to it. */
function settle(prescription: Prescription, at: { now: Date; newIds: NewIds }): Decided {
  const clearance = clearanceOf(prescription);
  const { status, openItems: before } = prescription;
  if (clearance.kind === 'pending') return decide(prescription, {});
  if (clearance.kind === 'clear') {
    const released: Fact = { kind: 'released', overridden: clearance.overridden };
    if (status === 'released') return decide(prescription, { openItems: 0 }, ...(before > 0 ? [released] : []));
    return decide(prescription, { status: 'released', openItems: 0, ...release(prescription, at) }, released);
  }
  const open = clearance.items.length;
  const news = open > before || status === 'signed';
  return decide(
    prescription,
    { openItems: open, status: status === 'signed' ? 'blocked' : status },
    ...(news ? [{ kind: 'blocked' as const, open }] : []),
  );
}

function release(prescription: Prescription, at: { now: Date; newIds: NewIds }): Partial<Prescription> {
  const { lines, contentVersion, ticketId, ticket } = prescription;
  const first = openFill(
    { number: 1, contentVersion, ticketId, lines: linesOfFill(lines, 1) },
    at.newIds.fill(),
    at.now,
  );
  return { releasedAt: at.now, fills: [...prescription.fills, { ...first, ticket }] };
}

/** What stands in the way of a hand-over as far as safety goes; null when nothing does. */
export function checkSafe(prescription: Prescription): Refusal | null {
  const { screening, signature, overrides } = prescription;
  const clearance = clearanceOf(prescription);
  switch (clearance.kind) {
    case 'clear':
      return null;
    case 'pending':
      return refuse('BLOCKED', 'A safety check is under way. Try again in a moment.');
    case 'open': {
      const count = openItems(screening!.verdict!, signature!.contentHash, overrides).length;
      return refuse('BLOCKED', `The newest safety check has ${count} point(s) the doctor has to answer.`);
    }
    default:
      return clearance satisfies never;
  }
}

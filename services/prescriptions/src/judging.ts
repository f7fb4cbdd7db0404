import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { isKnown } from './controls/applying.ts';
import { isControlKey, openControls, unknownSchedules } from './controls/open-controls.ts';
import { openFill } from './fill.ts';
import { linesOfFill, type Resolved } from './line.ts';
import {
  checkVersion,
  type Decided,
  decide,
  draftOf,
  type Fact,
  hashOf,
  type NewIds,
  type Prescription,
  wrongStatus,
} from './prescription.ts';
import type { Rules } from './rules.ts';
import { clearanceOf, itemsOf, openItems, type Override, type StoredVerdict } from './screening.ts';
import { isInForce } from './signing.ts';

/** What a judgement depends on besides the prescription. */
export interface Judging {
  now: Date;
  newIds: NewIds;
  rules: Pick<Rules, 'packs'>;
}

/** Takes in a verdict. Null when it is about older content or an older question: then it changes nothing. */
export function judge(
  prescription: Prescription,
  about: { screeningNumber: number; contentHash: string },
  result: { verdict: StoredVerdict; lines: ReadonlyMap<string, Resolved>; isAlert?: boolean },
  at: Judging,
): Decided | null {
  const { screening } = prescription;
  if (!screening || !isInForce(prescription)) return null;
  if (screening.number !== about.screeningNumber || screening.contentHash !== about.contentHash) return null;
  const lines = prescription.lines.map((line) => {
    const resolved = result.lines.get(line.id);
    return resolved ? { ...line, resolved } : line;
  });
  const firstHeard = Object.fromEntries(
    lines.filter(isKnown).map(({ id, resolved }) => [id, resolved!.schedule]),
  );
  return settle(
    {
      ...prescription,
      screening: { ...screening, verdict: result.verdict, judgedAt: at.now },
      lines,
      // What was heard at signing stays; what was not is what is heard first.
      signedSchedules: { ...firstHeard, ...prescription.signedSchedules },
    },
    at,
    result.isAlert,
  );
}

/**
 * A doctor's answer to one finding or gap, for what is being written if there is such, else for the signed content:
 * there it can be the last one that was missing.
 */
export function answerFinding(
  prescription: Prescription,
  expectedVersion: number,
  answer: Omit<Override, 'contentHash'>,
  at: Judging,
): Decided | Refusal {
  const draft = draftOf(prescription);
  const { screening } = prescription;
  if (!draft && !isInForce(prescription)) return wrongStatus(prescription);
  const stale = checkVersion(prescription, expectedVersion);
  if (stale) return stale;
  const path = ['input', 'findingKey'];
  if (isControlKey(answer.findingKey))
    return refuse(
      'NOT_ALLOWED',
      'A rule for controlled medicines cannot be overridden. Sign a new version.',
      {
        path,
      },
    );
  const hash = draft ? hashOf(prescription, draft) : (prescription.signature?.contentHash ?? '');
  const open = screening?.verdict && [...itemsOf(screening.verdict), ...unknownSchedules(prescription)];
  if (!draft && open && !open.includes(answer.findingKey))
    return refuse('INVALID', 'The newest check found nothing of this kind.', { path });
  if (prescription.overrides.some((o) => o.contentHash === hash && o.findingKey === answer.findingKey))
    return refuse('INVALID', 'This was answered before.', { path });
  const overrides = [...prescription.overrides, { ...answer, contentHash: hash }];
  return draft ? decide(prescription, { overrides }) : settle({ ...prescription, overrides }, at);
}

/**
 * Draws the conclusion from the newest verdict, the rules for controlled medicines, and the answers given. A verdict by a
 * release that is not in force (any more, or as far as we have heard) counts here: hand-over waits for the next one in
 * any case.
 */
function settle(prescription: Prescription, at: Judging, isAlert = false): Decided {
  const clearance = clearanceOf({ ...prescription, releaseInForce: null });
  const { status, openItems: before } = prescription;
  if (clearance.kind === 'pending') return decide(prescription, {});
  // Once it is released, the rules are looked at where and when it is filled.
  const controls = status === 'released' ? [] : openControls(prescription, at.rules.packs);
  if (clearance.kind === 'clear' && controls.length === 0) {
    const overridden = clearance.overridden || unknownSchedules(prescription).length > 0;
    const released: Fact = { kind: 'released', overridden };
    if (status === 'released')
      return decide(prescription, { openItems: 0 }, ...(before > 0 ? [released] : []));
    return decide(prescription, { status: 'released', openItems: 0, ...release(prescription, at) }, released);
  }
  const open = controls.length + (clearance.kind === 'open' ? clearance.items.length : 0);
  const news = open > before || status === 'signed' || isAlert;
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

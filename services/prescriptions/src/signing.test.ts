import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import {
  clear,
  doctor,
  draft,
  judged,
  later,
  line,
  newIds,
  rules,
  now,
  ok,
  refused,
  released,
  signed,
  ticket,
  toScreen,
  withFindings,
} from '../test/examples.ts';
import { amend, discard, setLines } from './drafting.ts';
import type { Prescription } from './prescription.ts';
import { rescreen, sign } from './signing.ts';
import { answerFinding, checkSafe, judge } from './judging.ts';

const by = (prescription: Prescription, more = {}) => ({
  userId: doctor.userId,
  mayPrescribe: true,
  expectedVersion: prescription.version,
  ...more,
});
const at = { now, rules, stepUp: null };
const answer = (findingKey: string) => ({
  id: newId(),
  findingKey,
  reason: 'will_be_monitored' as const,
  text: 'INR weekly',
  doctorId: doctor.userId,
  at: now,
});
const answered = (prescription: Prescription, key: string) =>
  ok(answerFinding(prescription, prescription.version, answer(key), { now, newIds, rules }));

describe('signing (R-01)', () => {
  it('freezes the content and asks for its first check', () => {
    const prescription = signed();
    expect(prescription).toMatchObject({
      status: 'signed',
      contentVersion: 1,
      screening: { number: 1, verdict: null },
    });
    expect(prescription.signature).toMatchObject({ by: doctor.userId, validUntil: later(180) });
    expect(refused(setLines(prescription, { expectedVersion: 2, lines: [] }, new Set()))).toEqual([
      'ILLEGAL_MOVE',
    ]);
    expect(refused(sign(prescription, by(prescription), toScreen([]), at))).toEqual(['ILLEGAL_MOVE']);
  });

  it('is refused without the right of this moment, on an old version, and with nothing on it', () => {
    const prescription = draft();
    const trial = (more: object, p = prescription) => refused(sign(p, by(p, more), toScreen(p.lines), at));
    expect(trial({ mayPrescribe: false })).toEqual(['NOT_ALLOWED']);
    expect(trial({ userId: newId<'User'>() })).toEqual(['NOT_ALLOWED']);
    expect(trial({ expectedVersion: 7 })).toEqual(['CONFLICT']);
    expect(trial({}, draft([]))).toEqual(['INVALID']);
    expect(trial({}, draft([line({ repeats: 1, durationDays: null })]))).toEqual(['INVALID']);
    expect(trial({}, { ...prescription, ticket: { ...ticket, status: 'cancelled' } })).toEqual([
      'ILLEGAL_MOVE',
    ]);
  });
});

describe('a verdict (R-04, R-05)', () => {
  it('releases what is clear, with its first fill', () => {
    const { prescription, facts } = judged(signed());
    expect(prescription.status).toBe('released');
    expect(prescription.fills).toMatchObject([
      { number: 1, status: 'open', ticketId: prescription.ticketId },
    ]);
    expect(facts).toEqual([{ kind: 'released', overridden: false }]);
  });

  it('blocks what has findings or gaps until each is answered', () => {
    const { prescription, facts } = judged(signed(), withFindings('a', 'b'));
    expect(prescription.status).toBe('blocked');
    expect(facts).toEqual([{ kind: 'blocked', open: 2 }]);
    const first = answered(prescription, 'a');
    expect([first.prescription.status, first.prescription.openItems, first.facts]).toEqual([
      'blocked',
      1,
      [],
    ]);
    const second = answered(first.prescription, 'b');
    expect(second.prescription.status).toBe('released');
    expect(second.facts).toEqual([{ kind: 'released', overridden: true }]);
    expect(
      refused(answerFinding(prescription, prescription.version, answer('c'), { now, newIds, rules })),
    ).toEqual(['INVALID']);
  });

  it('R-06 counts answers given while writing, as long as nothing was changed since', () => {
    const written = draft();
    const early = answered(written, 'a').prescription;
    expect(judged(signed(undefined, early), withFindings('a')).prescription.status).toBe('released');
    const changed = { ...early, lines: early.lines.map((each) => ({ ...each, quantity: 60 })) };
    expect(judged(signed(undefined, changed), withFindings('a')).prescription.status).toBe('blocked');
  });

  it('that is late changes nothing', () => {
    const prescription = signed();
    const { contentHash } = prescription.screening!;
    const result = { verdict: clear, lines: new Map() };
    expect(
      judge(prescription, { screeningNumber: 2, contentHash }, result, { now, newIds, rules }),
    ).toBeNull();
    expect(
      judge(prescription, { screeningNumber: 1, contentHash: 'x' }, result, { now, newIds, rules }),
    ).toBeNull();
    const again = ok(rescreen(prescription, 'patient_facts', toScreen([]), now)).prescription;
    expect(judge(again, { screeningNumber: 1, contentHash }, result, { now, newIds, rules })).toBeNull();
  });

  it('on facts that have changed since releases nothing', () => {
    const moved = { ...signed(), factsVersion: 1 };
    expect(judged(moved).prescription.status).toBe('signed');
  });

  it('that is worse than the one before holds back what was released, until it is answered', () => {
    const before = released();
    expect(checkSafe(before)).toBeNull();
    const asked = ok(
      rescreen({ ...before, factsVersion: 1 }, 'patient_facts', toScreen(before.lines, 1), now),
    );
    expect(refused(checkSafe(asked.prescription))).toEqual(['BLOCKED']);
    const worse = judged(asked.prescription, withFindings('allergy:x'));
    expect([worse.prescription.status, worse.facts]).toEqual(['released', [{ kind: 'blocked', open: 1 }]]);
    expect(refused(checkSafe(worse.prescription))).toEqual(['BLOCKED']);
    const ended = answered(worse.prescription, 'allergy:x');
    expect(ended.facts).toEqual([{ kind: 'released', overridden: true }]);
    expect(checkSafe(ended.prescription)).toBeNull();
  });
});

describe('a new version (R-01)', () => {
  const begun = (prescription: Prescription) =>
    ok(amend(prescription, prescription.version, newIds.line)).prescription;

  it('leaves the signed one in force until it is signed itself', () => {
    const amended = begun(released());
    expect(amended).toMatchObject({
      status: 'released',
      contentVersion: 1,
      amendment: { contentVersion: 2 },
    });
    expect(amended.amendment?.lines[0]?.id).not.toBe(amended.lines[0]?.id);
    const again = signed(undefined, amended);
    expect(again).toMatchObject({ status: 'signed', contentVersion: 2, amendment: null, releasedAt: null });
    expect(again.signature?.contentHash).not.toBe(amended.signature?.contentHash);
    expect(again.fills.map((fill) => fill.status)).toEqual(['superseded']);
    const { fills } = judged(again).prescription;
    expect(fills.map(({ status, number }) => [status, number])).toEqual([
      ['superseded', 1],
      ['open', 1],
    ]);
    expect(fills[1]?.lines[0]?.lineId).toBe(again.lines[0]?.id);
  });

  it('is not possible once something was handed over, nor twice at the same time', () => {
    const prescription = released();
    expect(
      refused(amend({ ...prescription, lastHandedOverAt: now }, prescription.version, newIds.line)),
    ).toEqual(['ILLEGAL_MOVE']);
    const amended = begun(prescription);
    expect(refused(amend(amended, amended.version, newIds.line))).toEqual(['ILLEGAL_MOVE']);
    const handed = { ...amended, lastHandedOverAt: now };
    expect(refused(sign(handed, by(handed), toScreen([]), at))).toEqual(['ILLEGAL_MOVE']);
  });

  it('can be thrown away; a whole draft, too', () => {
    const amended = begun(released());
    expect(ok(discard(amended, amended.version, now)).prescription).toMatchObject({
      status: 'released',
      amendment: null,
    });
    const written = draft();
    expect(ok(discard(written, written.version, now)).prescription).toMatchObject({ status: 'cancelled' });
  });

  it('keeps line ids it knows and refuses those of others', () => {
    const written = draft();
    const stranger = line();
    const set = (lines: ReturnType<typeof line>[]) =>
      setLines(written, { expectedVersion: 1, lines }, new Set(lines.map(({ id }) => id)));
    expect(ok(set(written.lines)).prescription.lines).toEqual(written.lines);
    expect(refused(set([stranger]))).toEqual(['INVALID']);
    expect(refused(set([...written.lines, ...written.lines]))).toEqual(['INVALID']);
  });
});

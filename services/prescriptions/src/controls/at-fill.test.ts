import { describe, expect, it } from '@jest/globals';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import fc from 'fast-check';
import {
  at,
  buprenorphine,
  handedOver,
  heard,
  here,
  medicine,
  methadone,
  newRelease,
  oxycodone,
  pharmacy,
  prepared,
  redeem,
  releasedAs,
  withPack,
  zolpidem,
} from '../../test/controlled.ts';
import { later, newIds, now, ok, refused, rules } from '../../test/examples.ts';
import { answerFinding } from '../judging.ts';
import { applyingTo, ruleUnder } from './applying.ts';
import { standingOf, unknownScheduleKey } from './at-fill.ts';
import { stricter } from './rule.ts';

const message = (result: unknown) => (result as Refusal).userErrors.map((error) => error.message).join(' ');

describe('the same prescription in two jurisdictions', () => {
  const thirtyDays = releasedAs([medicine(oxycodone, { durationDays: 30, quantity: 30 })]);

  it('is filled where both allow it', () => {
    expect(ok(handedOver(at(thirtyDays, here), [30])).prescription.status).toBe('completed');
  });

  it.each([
    ['FR', 'BLOCKED', /Stupéfiants \(FR@1\): at most 28 days at a time. Ask the doctor/],
    ['DE', 'NOT_ALLOWED', /no rules for that in this pharmacy's jurisdiction. Return the ticket/],
  ])('is refused in %s, with the reason and the way on', (place, code, why) => {
    const result = prepared(at(thirtyDays, pharmacy(place)), [30]);
    expect(refused(result)).toEqual([code]);
    expect(message(result)).toMatch(why);
  });

  it('keeps the rules of the place it was signed in', () => {
    const signed = medicine(zolpidem, { durationDays: 28, quantity: 28 });
    const french = at(releasedAs([signed], { clinic: 'FR' }), here);
    expect(message(prepared(french, [28], later(29)))).toContain('was valid until 2026-12-18');
    expect(prepared(at(releasedAs([signed]), here), [28], later(29))).toMatchObject({
      facts: expect.anything(),
    });
  });

  it('is filled in the shorter of two times', () => {
    const signed = releasedAs([medicine(zolpidem, { durationDays: 28, quantity: 28 })]);
    const result = prepared(at(signed, pharmacy('FR')), [28], later(29));
    expect(refused(result)).toEqual(['EXPIRED']);
    expect(message(result)).toContain('could be filled until 2026-12-18');
  });
});

describe('a medicine that moves to another schedule after it was signed', () => {
  it('has the repeats of the stricter one', () => {
    const signed = releasedAs([medicine(zolpidem, { repeats: 3, quantity: 30 })]);
    const once = ok(handedOver(at(signed, here), [30])).prescription;
    ok(redeem(once, here, later(10)));
    const moved = newRelease(once, { schedule: 'CII' });
    const result = redeem(moved, here, later(10));
    expect(refused(result)).toEqual(['BLOCKED']);
    expect(message(result)).toMatch(/Schedule II \(US@1\): at most 0 repeats. Ask the doctor/);
  });

  it('is not handed over when it was signed without what it needs by now', () => {
    const signed = at(releasedAs([medicine({ ingredients: ['gabapentin'] })], { proofAge: null }), here);
    ok(prepared(signed, [30]));
    const result = prepared(newRelease(signed, { schedule: 'CV' }), [30]);
    expect(refused(result)).toEqual(['BLOCKED']);
    expect(message(result)).toMatch(/signed without the proof of identity/);
  });

  it('keeps the rules it was signed under when it moves to a laxer one', () => {
    const moved = newRelease(releasedAs([medicine(oxycodone)]), { schedule: null });
    const part = ok(handedOver(at(moved, here), [10], { partReason: 'short_supply' })).prescription;
    expect(refused(handedOver(at(part, here), [20], { when: later(4) }))).toEqual(['EXPIRED']);
  });

  it('lets the other lines be filled', () => {
    const lines = [medicine(zolpidem, { repeats: 1 }), medicine({}, { repeats: 1 })];
    const once = ok(handedOver(at(releasedAs(lines), here), [30, 30])).prescription;
    const moved = {
      ...once,
      lines: once.lines.map((line) =>
        line.resolved?.schedule ? { ...line, resolved: { ...line.resolved, schedule: 'CII' } } : line,
      ),
    };
    const [, second] = ok(redeem(moved, here, later(10))).prescription.fills;
    expect(second!.lines.map(({ lineId }) => lineId)).toEqual([lines[1]!.id]);
  });
});

describe('a part of a CII', () => {
  const signed = at(releasedAs([medicine(oxycodone)]), here);

  it('is handed over only with the reason', () => {
    const result = handedOver(signed, [10]) as Refusal;
    expect(result.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'partReason'] }]);
  });

  it.each([
    ['short_supply', 3, null],
    ['short_supply', 3.01, 'EXPIRED'],
    ['on_request', 29, null],
    ['on_request', 31, 'EXPIRED'],
  ] as const)('%s: the rest after %d days', (partReason, days, code) => {
    const part = ok(handedOver(signed, [10], { partReason })).prescription;
    const rest = handedOver(at(part, here), [20], { when: later(days) });
    if (code === null) expect(ok(rest).prescription.status).toBe('completed');
    else expect(refused(rest)).toEqual([code]);
  });

  it('is finished where it was begun', () => {
    const part = ok(handedOver(signed, [10], { partReason: 'short_supply' })).prescription;
    const result = prepared(at(part, pharmacy('US')), [20]);
    expect(refused(result)).toEqual(['NOT_ALLOWED']);
    expect(message(result)).toContain('another pharmacy may not go on with it');
  });
});

describe('methadone in France', () => {
  const signed = releasedAs([medicine(methadone, { durationDays: 14, quantity: 14 })], { clinic: 'FR' });
  const place = pharmacy('FR');

  it('goes out in parts of seven days', () => {
    const all = handedOver(at(signed, place), [14]);
    expect(refused(all)).toEqual(['INVALID']);
    expect(message(all)).toContain('At most 7 now');
    const week = ok(handedOver(at(signed, place), [7])).prescription;
    const early = handedOver(at(week, place), [7], { when: later(6) });
    expect(refused(early)).toEqual(['NOT_YET']);
    expect(message(early)).toContain('from 2026-11-27 on');
    expect(ok(handedOver(at(week, place), [7], { when: later(7) })).prescription.status).toBe('completed');
  });

  it('does so for a pharmacy elsewhere, too', () => {
    expect(refused(handedOver(at(signed, here), [8], { partReason: 'on_request' }))).toEqual(['INVALID']);
  });
});

describe('repeats of a CIII', () => {
  const signed = releasedAs([medicine(buprenorphine, { repeats: 5, durationDays: 30 })]);

  it('are five and not six', () => {
    let prescription = ok(handedOver(at(signed, here), [30])).prescription;
    for (let month = 1; month <= 5; month += 1) {
      const open = ok(redeem(prescription, here, later(30 * month))).prescription;
      prescription = ok(handedOver(at(open, here), [30], { when: later(30 * month) })).prescription;
    }
    expect(prescription.status).toBe('completed');
    expect(refused(redeem(prescription, here, later(170)))).toEqual(['BLOCKED']);
  });

  it('end six months after the signature, whatever the installation says', () => {
    const under = { ...rules, validDays: 700 };
    const long = releasedAs([medicine(buprenorphine, { repeats: 5, durationDays: 30 })], { under });
    const once = ok(handedOver(at(long, here), [30], { under })).prescription;
    ok(redeem(once, here, new Date('2027-05-20T12:00:00Z'), under));
    expect(refused(redeem(once, here, new Date('2027-05-21T12:00:00Z'), under))).toEqual(['EXPIRED']);
  });

  it('go to another pharmacy once', () => {
    const [second, third] = [pharmacy('US'), pharmacy('US')];
    const once = ok(handedOver(at(signed, here), [30])).prescription;
    const open = ok(redeem(once, second, later(30))).prescription;
    const twice = ok(handedOver(at(open, second), [30], { when: later(30) })).prescription;
    expect(twice.transfers).toBe(1);
    const result = redeem(twice, third, later(60));
    expect(refused(result)).toEqual(['NOT_ALLOWED']);
    expect(message(result)).toContain('it has gone to another pharmacy before');
    expect(ok(redeem(twice, second, later(60))).prescription.fills).toHaveLength(3);
  });
});

describe('other rules of a pack', () => {
  const pregabalin = { schedule: 'CV', ingredients: ['pregabalin'] };

  it('forbid a substitution the doctor allows', () => {
    const under = withPack('US-CA', { substitution: 'forbidden' });
    const signed = at(releasedAs([medicine(pregabalin)], { clinic: 'US-CA', under }), here);
    const other = {
      productId: null,
      productText: 'Other',
      type: 'generic' as const,
      reason: 'out_of_stock' as const,
    };
    const result = prepared(signed, [30], now, { substitution: other }, under) as Refusal;
    expect(result.userErrors).toMatchObject([
      { code: 'NOT_ALLOWED', path: ['input', 'lines', '0', 'lots', '0', 'substitution'] },
    ]);
    ok(prepared(signed, [30], now, {}, under));
  });

  it('let the next fill begin later than the installation does', () => {
    const under = withPack('US-CA', { refillGraceDays: 0 });
    const signed = releasedAs([medicine(pregabalin, { repeats: 1 })], { clinic: 'US-CA', under });
    const once = ok(handedOver(at(signed, here), [30], { under })).prescription;
    expect(refused(redeem(once, here, later(9), under))).toEqual(['NOT_YET']);
    ok(redeem(once, here, later(10), under));
  });
});

describe('a line nobody knows', () => {
  const typed = () => medicine({ wording: null }, { productId: null, ingredients: [] });

  it('is released and handed over once the doctor has given their word for it', () => {
    const blocked = releasedAs([typed()], { proofAge: null });
    expect(blocked).toMatchObject({ status: 'blocked', openItems: 1 });
    const findingKey = unknownScheduleKey(blocked.lines[0]!.id);
    const word = {
      id: 'o',
      findingKey,
      reason: 'checked_by_hand',
      text: 'Zinc.',
      doctorId: blocked.doctorId,
      at: now,
    } as const;
    const answered = answerFinding(blocked, blocked.version, word, { now, newIds, rules });
    expect(ok(answered).facts).toEqual([{ kind: 'released', overridden: true }]);
    const released = ok(answered).prescription;
    ok(prepared(at(released, here), [30]));
    expect(refused(prepared(at({ ...released, overrides: [] }, here), [30]))).toEqual(['BLOCKED']);
  });

  it('which the catalog then calls controlled needs a new version; no word helps', () => {
    const signed = releasedAs([typed()], { proofAge: null });
    const moved = heard(signed, { wording: 'Oxycodone', schedule: 'CII' });
    expect(moved).toMatchObject({ status: 'blocked', openItems: 1 });
    const findingKey = 'control:signature:step_up';
    const word = {
      id: 'o',
      findingKey,
      reason: 'checked_by_hand',
      text: 'No.',
      doctorId: moved.doctorId,
      at: now,
    } as const;
    expect(refused(answerFinding(moved, moved.version, word, { now, newIds, rules }))).toEqual([
      'NOT_ALLOWED',
    ]);
  });
});

describe('what holds at a fill', () => {
  const places = fc.constantFrom('US', 'US-NY', 'US-CA', 'FR', 'DE');
  const schedules = fc.constantFrom(null, 'CII', 'CIII', 'CIV', 'CV');
  const ingredients = fc.constantFrom(
    'oxycodone',
    'methadone',
    'buprenorphine',
    'diazepam',
    'zolpidem',
    'tramadol',
  );
  const day = '2026-11-20';

  it('is never laxer than what held at signing, nor than what holds there now', () => {
    fc.assert(
      fc.property(places, places, schedules, schedules, ingredients, (clinic, there, then, today, code) => {
        const line = medicine({ schedule: today, ingredients: [code] });
        const base = releasedAs([medicine()]);
        const packs = rules.packs.inForce(clinic, day).map((pack) => `${pack.jurisdiction}@${pack.version}`);
        const prescription = {
          ...base,
          lines: [line],
          signature: { ...base.signature!, packs },
          signedSchedules: { [line.id]: then },
        };
        const { rule } = standingOf(prescription, line, pharmacy(there), { packs: rules.packs, now });
        const under = (place: string, schedule: string | null) =>
          ruleUnder(applyingTo(rules.packs.inForce(place, day), { schedule, ingredients: [code] }));
        expect(rule).toEqual(stricter(under(clinic, then), under(there, today)));
      }),
    );
  });
});

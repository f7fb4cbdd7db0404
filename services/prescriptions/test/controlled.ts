import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import type { Pack, PackRules } from '../src/controls/pack.ts';
import { packsOf } from '../src/controls/packs.ts';
import { handOver, prepareLines } from '../src/dispensing.ts';
import type { Lot, PartReason } from '../src/fill.ts';
import { judge } from '../src/judging.ts';
import type { Line, Resolved } from '../src/line.ts';
import type { Prescription } from '../src/prescription.ts';
import { redeemRepeat } from '../src/refill.ts';
import { rescreen, sign } from '../src/signing.ts';
import {
  clear,
  draft,
  line,
  lot,
  newIds,
  now,
  ok,
  pharmacist,
  rules,
  ticket,
  toScreen,
  uncontrolled,
} from './examples.ts';

export const oxycodone = { schedule: 'CII', ingredients: ['oxycodone'] };
export const methadone = { schedule: 'CII', ingredients: ['methadone'] };
export const buprenorphine = { schedule: 'CIII', ingredients: ['buprenorphine'] };
export const zolpidem = { schedule: 'CIV', ingredients: ['zolpidem'] };

/** A line of which the catalog has said what it is. */
export const medicine = (resolved: Partial<Resolved> = {}, more: Partial<Line> = {}): Line =>
  line({ repeats: 0, durationDays: 10, resolved: { ...uncontrolled, ...resolved }, ...more });

export interface Pharmacy {
  id: OrganisationId;
  jurisdiction: string;
  timeZone: string;
}
export const pharmacy = (jurisdiction: string, id = newId<'Organisation'>()): Pharmacy => ({
  id,
  jurisdiction,
  timeZone: 'America/New_York',
});
export const here = pharmacy('US', pharmacist.organisationId);

/** An installation with one further pack, of this place, for whatever the catalog calls CV. */
export const withPack = (jurisdiction: string, packRules: PackRules, place = rules.packs): typeof rules => {
  const pack: Pack = {
    jurisdiction,
    version: 1,
    validFrom: '2026-01-01',
    title: 'Test',
    schedules: [
      { code: 'T', title: 'Test', covers: { catalogSchedules: ['CV'] }, sources: ['test'], rules: packRules },
    ],
  };
  return { ...rules, packs: packsOf([pack, ...place.inForce('US', '2026-11-20')]) };
};

/** Signed with a proof of identity of this age (none: null) and released; the catalog says the same as in the draft. */
export function releasedAs(
  lines: Line[],
  {
    clinic = 'US',
    proofAge = 10,
    under = rules,
  }: { clinic?: string; proofAge?: number | null; under?: typeof rules } = {},
): Prescription {
  const written = { ...draft(lines), clinic: { jurisdiction: clinic, timeZone: 'America/New_York' } };
  const stepUp =
    proofAge === null ? null : { at: now.getTime() / 1000 - proofAge, methods: ['pwd', 'otp', 'mfa'] };
  const signed = ok(
    sign(
      written,
      { userId: written.doctorId, mayPrescribe: true, expectedVersion: written.version },
      toScreen(lines),
      { now, rules: under, stepUp },
    ),
  ).prescription;
  return heard(signed, {}, under);
}

/** The newest question answered: clear, and lines are what they were or what `as` says. */
export function heard(prescription: Prescription, as: Partial<Resolved>, under = rules): Prescription {
  const { number: screeningNumber, contentHash } = prescription.screening!;
  const lines = new Map(
    prescription.lines.map(({ id, resolved }): [string, Resolved] => [
      id,
      { ...uncontrolled, ...resolved, ...as },
    ]),
  );
  const at = { now, newIds, rules: under };
  return ok(judge(prescription, { screeningNumber, contentHash }, { verdict: clear, lines }, at))
    .prescription;
}

/** A new release of the catalog says what the lines are now. */
export const newRelease = (prescription: Prescription, as: Partial<Resolved>): Prescription =>
  heard(ok(rescreen(prescription, 'catalog_release', toScreen(prescription.lines), now)).prescription, as);

/** Its open fill is held by this pharmacy. */
export const at = (prescription: Prescription, { id: pharmacyId, ...place }: Pharmacy): Prescription => ({
  ...prescription,
  fills: prescription.fills.map((fill) =>
    fill.status !== 'open'
      ? fill
      : {
          ...fill,
          ticket: {
            ...ticket,
            ...place,
            id: fill.ticketId,
            pharmacyId,
            status: 'received',
            fence: 1,
            held: true,
          },
        },
  ),
});

const holderOf = (prescription: Prescription) => {
  const { ticketId, ticket: copy } = prescription.fills.at(-1)!;
  return { ticketId, pharmacyId: copy!.pharmacyId!, userId: pharmacist.userId, fence: 1 };
};

/** Prepares so much of its lines (the first ones, in order). */
export const prepared = (
  prescription: Prescription,
  quantities: number[],
  when = now,
  more: Partial<Lot> = {},
  under = rules,
) => {
  const fill = prescription.fills.at(-1)!;
  const lines = fill.lines.slice(0, quantities.length).map(({ lineId }, i) => ({
    lineId,
    lots: [lot(quantities[i]!, { expiresOn: '2030-01-01', ...more })],
  }));
  return prepareLines(
    prescription,
    holderOf(prescription),
    { expectedVersion: fill.version, lines },
    { now: when, newId: () => newId<'Preparation'>(), rules: under },
  );
};

/** Prepares and hands over so much of its lines. */
export function handedOver(
  prescription: Prescription,
  quantities: number[],
  {
    when = now,
    partReason = null,
    under = rules,
  }: { when?: Date; partReason?: PartReason | null; under?: typeof rules } = {},
) {
  const ready = ok(prepared(prescription, quantities, when, {}, under)).prescription;
  const items = ready.fills.at(-1)!.preparations.map(({ id, quantity }) => ({ preparationId: id, quantity }));
  return handOver(ready, holderOf(ready), items, {
    now: when,
    id: newId<'Dispense'>(),
    partReason,
    rules: under,
  });
}

export const redeem = (prescription: Prescription, place: Pharmacy, when: Date, under = rules) =>
  redeemRepeat(prescription, place, { now: when, rules: under, ticketId: newId<'Ticket'>(), newIds });

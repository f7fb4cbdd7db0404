import type { LocalDate } from '../calendar.ts';
import type { Rule } from './rule.ts';

/** A rule as people read it, one sentence a point; nothing for what it does not limit. */
export function inWords(rule: Rule, lastDay: LocalDate | null): string[] {
  const words: (string | false)[] = [
    rule.maxRepeats === 0 && 'No repeats.',
    isSet(rule.maxRepeats) && rule.maxRepeats > 0 && `At most ${times(rule.maxRepeats, 'repeat')}.`,
    lastDay !== null && `To be filled until ${lastDay}.`,
    isSet(rule.maxDaysSupply) && `For at most ${times(rule.maxDaysSupply, 'day')} at a time.`,
    isSet(rule.refillGraceDays) &&
      `Not again earlier than ${times(rule.refillGraceDays, 'day')} before the supply ends.`,
    isSet(rule.stepUpMaxAgeSeconds) &&
      `The doctor proves who they are at most ${times(rule.stepUpMaxAgeSeconds, 'second')} before signing.`,
    rule.stepUpMethods.length > 0 && `That proof is given${inMethods(rule.stepUpMethods)}.`,
    !rule.substitutionAllowed && 'No other product instead.',
    rule.maxTransfers === 0 && 'The pharmacy that begins it finishes it.',
    isSet(rule.maxTransfers) &&
      rule.maxTransfers > 0 &&
      `Another pharmacy may go on with it at most ${times(rule.maxTransfers, 'time')}.`,
    isSet(rule.shortSupplyHours) &&
      `When there is not enough, the rest follows within ${times(rule.shortSupplyHours, 'hour')}.`,
    isSet(rule.onRequestDaysFromSigning) &&
      `When only a part is wanted, the rest follows within ${times(rule.onRequestDaysFromSigning, 'day')} of signing.`,
    isSet(rule.fractionDays) && `Handed over in parts for ${times(rule.fractionDays, 'day')} each.`,
  ];
  return words.filter((sentence) => sentence !== false);
}

const methodInWords: Record<string, string> = {
  pwd: 'a password',
  otp: 'a code of an authenticator app',
  hwk: 'a passkey in a piece of hardware',
  mfa: 'two factors',
};

/** ` with two factors`, say; nothing when any way will do. */
export const inMethods = (methods: readonly string[]): string =>
  methods.length === 0
    ? ''
    : ` with ${methods.map((method) => methodInWords[method] ?? method).join(' and ')}`;

const isSet = (limit: number): boolean => limit < Infinity;
const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTimeZone, newTicketNumber, normalTicketNumber, numberAlphabet } from './ticket-number.ts';

const dayOf = (instant: string, zone: string) => newTicketNumber(new Date(instant), zone).slice(4, 12);

describe('the date in a ticket number (T-03)', () => {
  it.each([
    ['2026-11-20T23:59:59.900Z', 'UTC', '20261120'],
    ['2026-11-21T00:00:00.000Z', 'UTC', '20261121'],
    ['2026-11-21T00:01:00.000Z', 'UTC', '20261121'],
    // 23:59:59.9 in New York is already the next day in UTC.
    ['2026-11-21T04:59:59.900Z', 'America/New_York', '20261120'],
    ['2026-11-21T05:00:00.000Z', 'America/New_York', '20261121'],
    // The repeated hour of autumn: 02:30 in Berlin comes twice.
    ['2026-10-25T00:30:00.000Z', 'Europe/Berlin', '20261025'],
    ['2026-10-25T01:30:00.000Z', 'Europe/Berlin', '20261025'],
    // In Azores the clock goes back over midnight's neighbourhood: 00:30 comes twice on the 25th.
    ['2026-10-25T00:30:00.000Z', 'Atlantic/Azores', '20261025'],
    ['2026-10-25T01:30:00.000Z', 'Atlantic/Azores', '20261025'],
    // The hour that spring leaves out.
    ['2026-03-29T00:59:59.900Z', 'Europe/Berlin', '20260329'],
    ['2026-03-29T01:00:00.000Z', 'Europe/Berlin', '20260329'],
    // The first and the last zone of the world, at one instant.
    ['2026-12-31T11:00:00.000Z', 'Pacific/Kiritimati', '20270101'],
    ['2026-12-31T11:00:00.000Z', 'Etc/GMT+12', '20261230'],
  ])('%s in %s is %s', (instant, zone, day) => expect(dayOf(instant, zone)).toBe(day));
});

describe('the suffix', () => {
  it('uses the alphabet, which has no look-alikes', () => {
    expect(numberAlphabet).not.toMatch(/[01ILOSZBU]/);
    expect(new Set(numberAlphabet).size).toBe(numberAlphabet.length);
    for (let i = 0; i < 200; i++)
      expect(newTicketNumber(new Date(), 'UTC')).toMatch(new RegExp(`^TKT-\\d{8}-[${numberAlphabet}]{5}$`));
  });

  it('is not sequential', () => {
    const numbers = Array.from({ length: 50 }, () => newTicketNumber(new Date(0), 'UTC'));
    expect(numbers).not.toEqual([...numbers].sort());
    expect(new Set(numbers).size).toBe(50);
  });
});

describe('reading a number as people write it (T-02)', () => {
  it('ignores case, spaces and hyphens wherever they stand', () => {
    const clutter = fc.array(fc.constantFrom('', ' ', '-', '\t', '\u00a0', '–'), {
      minLength: 17,
      maxLength: 17,
    });
    fc.assert(
      fc.property(clutter, fc.boolean(), (between, lower) => {
        const number = newTicketNumber(new Date(0), 'UTC');
        const bare = number.replaceAll('-', '');
        const written = [...bare].map((character, at) => character + (between[at] ?? '')).join('');
        expect(normalTicketNumber(lower ? written.toLowerCase() : written)).toBe(number);
      }),
    );
  });

  it.each(['', 'TKT', 'TKT-2026112-ABCDE', 'TKT-20261120-ABCD', 'TKT-20261120-ABCDEF', "TKT-20261120-'OR1"])(
    'says of %p that it cannot be one',
    (written) => expect(normalTicketNumber(written)).toBeNull(),
  );
});

describe('time zones', () => {
  it('knows IANA names and no others', () => {
    expect(['UTC', 'Europe/Berlin', 'Pacific/Kiritimati', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, dateIn, isLocalDate, monthsBetween } from './calendar.ts';

describe('calendar', () => {
  it('says which day it is in a zone, also at its edges', () => {
    const instant = new Date('2026-03-01T04:59:59Z');
    expect(dateIn('America/New_York', instant)).toBe('2026-02-28');
    expect(dateIn('UTC', instant)).toBe('2026-03-01');
    expect(dateIn('Pacific/Kiritimati', new Date('2026-03-01T10:00:00Z'))).toBe('2026-03-02');
    expect(dateIn('Etc/GMT+12', new Date('2026-03-01T11:59:59Z'))).toBe('2026-02-28');
  });

  it('adds days across months, leap days and summer time', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  });

  it('adds and takes away the same', () => {
    const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.integer({ min: -4000, max: 4000 }), (day, days) => {
        const text = day.toISOString().slice(0, 10);
        expect(addDays(addDays(text, days), -days)).toBe(text);
      }),
    );
  });

  it('knows the days there are', () => {
    expect(['2024-02-29', '2026-12-31'].every(isLocalDate)).toBe(true);
    expect(['2026-02-29', '2026-13-01', '26-01-01', '2026-1-1', ''].some(isLocalDate)).toBe(false);
  });

  it('counts completed months', () => {
    expect(monthsBetween('2024-05-15', '2026-05-14')).toBe(23);
    expect(monthsBetween('2024-05-15', '2026-05-15')).toBe(24);
    expect(monthsBetween('2026-05-15', '2026-05-01')).toBe(0);
  });
});

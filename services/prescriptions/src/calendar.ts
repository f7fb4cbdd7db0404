/** A day of a calendar as `YYYY-MM-DD`; such texts sort by time. */
export type LocalDate = string;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The day it is at this instant in an IANA time zone. */
export function dateIn(timeZone: string, instant: Date): LocalDate {
  let format = formats.get(timeZone);
  // en-CA writes a date as ISO 8601 does.
  if (!format)
    formats.set(timeZone, (format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })));
  return format.format(instant);
}

/** `days` later; earlier when negative. */
export function addDays(date: LocalDate, days: number): LocalDate {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** `months` later; the last day of the month where the month has no such day. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastOfMonth))).toISOString().slice(0, 10);
}

/** Whether the text is a day that exists: 29 February only in leap years. */
export const isLocalDate = (text: string): text is LocalDate =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;

/** Days from one day to another; negative when the other is earlier. */
export const daysBetween = (from: LocalDate, to: LocalDate): number =>
  (Date.parse(to) - Date.parse(from)) / dayMs;

/** Completed months from a birth date to a day; 0 on the day itself, and never negative. */
export function monthsBetween(from: LocalDate, to: LocalDate): number {
  const [year = 0, month = 0, day = 0] = from.split('-').map(Number);
  const [toYear = 0, toMonth = 0, toDay = 0] = to.split('-').map(Number);
  const months = (toYear - year) * 12 + (toMonth - month) - (toDay < day ? 1 : 0);
  return Math.max(0, months);
}

export const dayMs = 86_400_000;

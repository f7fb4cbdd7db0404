/** `20150122` or `22/01/2015` as an ISO date. Null when it is empty or no day there is. */
export function isoDate(text: string): string | null {
  const parts = /^(\d{4})(\d\d)(\d\d)$/.exec(text) ?? /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const french = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text);
  const [year, month, day] = parts ? parts.slice(1) : french ? french.slice(1).toReversed() : [];
  if (year === undefined || Number(year) < 1800) return null;
  const iso = `${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}

import { isoDate } from '../importing/iso-date.ts';
import type { MarketStatus } from '../release/rows.ts';

type Fields = Readonly<Record<string, string>>;

/** When it was and is sold. Dates that cannot be are left out, with a remark. */
export function marketingDates(fields: Fields): {
  start: string | null;
  end: string | null;
  remark: string | null;
} {
  const { STARTMARKETINGDATE: from = '', ENDMARKETINGDATE: to = '' } = fields;
  const [start, end] = [isoDate(from), isoDate(to)];
  const unread = [from, to].filter((text) => text !== '' && isoDate(text) === null);
  if (unread.length > 0) return { start, end, remark: `"${unread.join('" and "')}" is no date, left out` };
  if (start && end && end < start)
    return { start: null, end: null, remark: `sold until ${end} but only from ${start}, both left out` };
  return { start, end, remark: null };
}

/** Types of the directory's finished products that are for people. */
const finished =
  /^(HUMAN (PRESCRIPTION|OTC) DRUG|VACCINE|PLASMA DERIVATIVE|CELLULAR THERAPY|(NON-)?STANDARDIZED ALLERGENIC)/;
const unfinished =
  /^(DRUG FOR FURTHER PROCESSING|BULK INGREDIENT( FOR HUMAN.*)?|ACTIVE PHARMACEUTICAL INGREDIENT)$/;

/** Whether and how a product is on the market; null when it is not for people. */
export function marketStatus(fields: Fields): MarketStatus | null {
  const {
    PRODUCTTYPENAME: type = '',
    MARKETINGCATEGORYNAME: category = '',
    NDC_EXCLUDE_FLAG: flag = '',
  } = fields;
  if (unfinished.test(type)) return 'unfinished';
  if (!finished.test(type)) return null;
  if (unfinished.test(category.toUpperCase())) return 'unfinished';
  if (isExcluded(flag)) return 'excluded';
  return /^EXPORT ONLY$/i.test(category) ? 'not_marketed' : 'marketed';
}

/** N is listed; Y, E, I and U say in different ways that the FDA took it off the directory. */
const isExcluded = (flag: string): boolean => flag !== '' && flag !== 'N';

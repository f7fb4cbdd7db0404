import { addDays, dateIn, type LocalDate } from '../calendar.ts';
import { applyingTo, nameOf, substanceOf } from '../controls/applying.ts';
import { packsAtSigning } from '../controls/at-signing.ts';
import type { Packs } from '../controls/packs.ts';
import type { Line } from '../line.ts';
import type { Signed } from '../prescription.ts';
import type { StoredVerdict } from '../screening.ts';
import type { Names } from './names.ts';
import type { Medicine, PageContent, Paper } from './page/page-content.ts';
import { safetyNotes } from './safety-notes.ts';
import { directions, quantityInWords, repeatsInWords } from './words/directions.ts';

/** What the document of a signed version says, in words. */
export function compose(
  prescription: Signed,
  more: {
    names: Names;
    birthDate: LocalDate | null;
    verdict: StoredVerdict | null;
    packs: Packs;
    code: string;
    address: string;
  },
): PageContent {
  const { id, contentVersion, signature, clinic, lines } = prescription;
  const { names, birthDate, verdict, packs, code, address } = more;
  const zone = clinic?.timeZone ?? 'UTC';
  const under = packsAtSigning(packs, clinic, signature.at);
  const scheduleOf = (line: Line) => nameOf(applyingTo(under, substanceOf(line))) || null;
  return {
    paper: paperOf(clinic?.jurisdiction ?? ''),
    prescriptionId: id,
    version: contentVersion,
    contentHash: signature.contentHash,
    verificationCode: code,
    verificationAddress: address,
    patient: { name: names.patient, born: birthDate && dayInWords(birthDate) },
    prescriber: { name: names.prescriber, licenceNumber: names.licenceNumber },
    clinic: names.clinic,
    signedAt: signature.at,
    signed: `${momentInWords(signature.at, zone)} (${zone.replaceAll('_', ' ')})`,
    signedOn: dayInWords(dateIn(zone, signature.at)),
    validUntil: dayInWords(dateIn(zone, signature.validUntil)),
    medicines: lines.map((line) => medicineOf(line, scheduleOf(line))),
    safetyNotes: safetyNotes(prescription, verdict, under),
  };
}

const letterCountries = new Set([
  'US',
  'CA',
  'MX',
  'PR',
  'PH',
  'CL',
  'CO',
  'CR',
  'DO',
  'GT',
  'NI',
  'PA',
  'SV',
  'VE',
]);

/** Letter where people's printers have it (ISO 3166, also of a part of a country such as US-NY), A4 elsewhere. */
export const paperOf = (jurisdiction: string): Paper =>
  letterCountries.has(jurisdiction.split('-')[0]!) ? 'LETTER' : 'A4';

const medicineOf = (line: Line, schedule: string | null): Medicine => ({
  name: line.text,
  details: [line.strength, line.form, schedule].filter((part) => part !== null).join('   ·   ') || null,
  directions: directions(line),
  instructions: line.instructions || null,
  substitution: line.substitutionAllowed
    ? 'Another product with the same ingredients may be given.'
    : 'No substitution: exactly this product.',
  quantity: quantityInWords(line),
  repeats: repeatsInWords(line.repeats),
});

const dayFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** 20 November 2026: a month in words cannot be mistaken for a day. */
export const dayInWords = (day: LocalDate): string => dayFormat.format(new Date(addDays(day, 0)));

function momentInWords(moment: Date, timeZone: string): string {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(
    moment,
  );
  return `${dayInWords(dateIn(timeZone, moment))}, ${clock}`;
}

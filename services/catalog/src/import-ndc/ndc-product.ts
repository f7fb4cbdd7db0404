import type { CatalogTerms } from '../importing/catalog-terms.ts';
import { digitsOf, paddedNdc } from '../codes/ndc-code.ts';
import { type Schedule, schedules } from '../formulary/formulary.ts';
import { ndcProductId } from '../release/product-id.ts';
import type { NewProduct } from '../release/product-row.ts';
import { fold } from '../text/fold.ts';
import { marketingDates, marketStatus } from './ndc-market.ts';
import { ndcStrength } from './ndc-strength.ts';

/** Columns that a file of unfinished products must have. */
export const unfinishedColumns = [
  'PRODUCTNDC',
  'PRODUCTTYPENAME',
  'NONPROPRIETARYNAME',
  'DOSAGEFORMNAME',
  'LABELERNAME',
  'SUBSTANCENAME',
  'ACTIVE_NUMERATOR_STRENGTH',
  'ACTIVE_INGRED_UNIT',
] as const;
/** Columns that a file of finished products must have; the directory's other columns are used when they are there. */
export const productColumns = [...unfinishedColumns, 'PROPRIETARYNAME', 'ROUTENAME'] as const;
type Fields = Readonly<Record<string, string>>;

export interface NdcProduct {
  readonly product: NewProduct;
  readonly ndc: string;
  readonly codes: readonly { system: string; value: string }[];
  /** What could not be taken over although the product was. */
  readonly remarks: readonly string[];
}

/** One row of product.txt as a product, or why it is left out. */
export function ndcProduct(fields: Fields, terms: CatalogTerms): NdcProduct | string {
  const { PRODUCTNDC: ndc = '', PRODUCTTYPENAME: type = '', DOSAGEFORMNAME: formName = '' } = fields;
  const padded = paddedNdc(ndc);
  if (!padded || padded.length !== 9) return `"${ndc}" is no product code`;
  const status = marketStatus(fields);
  if (status === null) return `${ndc}: "${type}" is not for people`;
  if (formName === '') return `${ndc}: no dosage form`;
  if (fields['DEASCHEDULE'] === 'CI') return `${ndc}: schedule I cannot be prescribed`;
  const substances = listOf(fields['SUBSTANCENAME']).filter((name) => fold(name) !== '');
  const genericName = fields['NONPROPRIETARYNAME'] || substances.join(', ');
  if (genericName === '') return `${ndc}: neither a name nor a substance`;

  const { strengths, remark } = strengthsOf(fields, substances);
  const { start, end, remark: dateRemark } = marketingDates(fields);
  const routes = [...new Set(listOf(fields['ROUTENAME']).map((name) => terms.route(name)))];
  const form = terms.form(formName, routes);
  const ingredients = substances.map((name, index) => {
    return { code: terms.ingredient(name).code, strength: strengths?.[index] ?? null };
  });
  const same = terms.sameMedicine([...new Set(ingredients.map(({ code }) => code))], form.code);
  const brand = [fields['PROPRIETARYNAME'], fields['PROPRIETARYNAMESUFFIX']].filter(Boolean).join(' ');
  return {
    ndc,
    product: {
      id: ndcProductId(ndc),
      origin: 'ndc',
      genericName,
      brandName: brand === '' || fold(brand) === fold(genericName) ? null : brand,
      brands: [],
      form,
      routes,
      ingredients,
      supply: type.startsWith('HUMAN OTC') ? 'otc' : 'rx',
      schedule: scheduleOf(fields['DEASCHEDULE'], same.schedule),
      category: same.category,
      companyId: fields['LABELERNAME'] ? terms.company(fields['LABELERNAME']) : null,
      market: { jurisdiction: 'US', status, start, end },
    },
    codes: [...new Set([digitsOf(ndc), padded])]
      .map((value) => ({ system: 'NDC', value }))
      .concat(same.atc ? [{ system: 'ATC', value: same.atc }] : []),
    remarks: [
      ...(substances.length === 0 ? ['no substance is named, so it cannot be screened'] : []),
      ...(remark ? [remark] : []),
      ...(dateRemark ? [dateRemark] : []),
    ].map((text) => `${ndc}: ${text}`),
  };
}

/**
 * What the file says counts, also where it says that there is none: some mixtures are exempt. A file without the column
 * says nothing, so the substances' own schedule holds.
 */
function scheduleOf(told: string | undefined, ofSubstances: Schedule | null): Schedule | null {
  if (told === undefined) return ofSubstances;
  return schedules.find((schedule) => schedule === told) ?? null;
}

const listOf = (field: string | undefined): string[] =>
  (field ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean);

function strengthsOf(fields: Fields, substances: readonly string[]) {
  if (substances.length === 0) return { strengths: null, remark: null };
  const numbers = listOf(fields['ACTIVE_NUMERATOR_STRENGTH']);
  const units = listOf(fields['ACTIVE_INGRED_UNIT']);
  if (numbers.length !== substances.length || units.length !== substances.length)
    return {
      strengths: null,
      remark: `${numbers.length} strengths and ${units.length} units for ${substances.length} substances, left out`,
    };
  const strengths = numbers.map((number, index) => ndcStrength(number, units[index]!));
  const unread = strengths.indexOf(null);
  return {
    strengths,
    remark: unread < 0 ? null : `cannot read the strength ${numbers[unread]} ${units[unread]}, left out`,
  };
}

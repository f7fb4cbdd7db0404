import { type Finding, severities, screeningInputSchema } from '@carethread/contracts/screening.ts';
import { badInput } from '@carethread/service-kit/bad-input.ts';
import { pageSize } from '@carethread/service-kit/page.ts';
import type { CandidateResolvers, PrescriptionResolvers } from '../generated/graphql.ts';
import type { Product } from '../reading/product.ts';
import { withProducts } from '../release/load-products.ts';
import type { LoadedRelease } from '../release/load-rules.ts';
import { screen } from '../screen/screen.ts';
import { shownFindings, shownGaps } from '../graphql/shown-verdict.ts';
import { shownMatch } from '../searching/shown-match.ts';
import { type Added, addedBy, candidateLine } from './added-by.ts';
import { findProducts, type Found } from './find-products.ts';
import { otherStrengths } from './strengths.ts';

export interface CandidateRow extends Found {
  readonly added: Added;
  readonly release: LoadedRelease;
  readonly strengthIds: readonly string[];
}

/** Each is one more check of the whole draft. */
const mostCandidates = 20;

export const candidatesResolver: PrescriptionResolvers['candidates'] = async (
  { screeningInput },
  { search, first },
  context,
): Promise<CandidateRow[] | null> => {
  const { database, actor, reader } = context;
  if (actor?.role !== 'doctor' || screeningInput === null || screeningInput === undefined) return null;
  if (search.length > 200) throw badInput('search must have at most 200 characters.');
  const found = await findProducts(context, search, pageSize(first, mostCandidates));
  const input = screeningInputSchema.parse(screeningInput);
  const rules = await reader.release();
  const ids = found.map(({ product }) => product.id);
  // One question for the products of the draft and of all candidates, one for their strengths.
  const named = { ...input, lines: ids.map((productId) => ({ ...emptyLine, productId })) };
  const [release, strengths] = await database.asActor(actor, (tx) =>
    Promise.all([withProducts(tx, rules, input, named), otherStrengths(tx, rules.id, ids)]),
  );
  const draft = { input, verdict: screen(input, release) };
  return found.map(({ product, hit }) => ({
    product,
    hit,
    added: addedBy(product.id, draft, release),
    release: rules,
    strengthIds: strengths.get(product.id) ?? [],
  }));
};

const emptyLine = {
  lineId: candidateLine,
  ingredients: [],
  route: null,
  dose: null,
  durationDays: null,
};

export const candidateFields: CandidateResolvers = {
  match: ({ hit }, _, context) => shownMatch(hit, context),
  findings: ({ added, release }) => shownFindings(added.findings.toSorted(bySeverity), release),
  notChecked: ({ added }) => shownGaps(added.notChecked),
  strengths: async ({ strengthIds }, _, { reader }) => {
    const products = await Promise.all(strengthIds.map((id) => reader.product(id)));
    return products.filter((each) => each !== null).toSorted((a, b) => amountOf(a) - amountOf(b));
  },
};

/** Strengths of the same ingredients are in the same unit, nearly always: for the order of a list that will do. */
const amountOf = ({ ingredients }: Product): number => Number(ingredients[0]?.numerator ?? 0);

const bySeverity = (a: Finding, b: Finding): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity);

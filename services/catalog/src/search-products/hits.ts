import type { Question } from './question.ts';

/** Ranks of hits, best first, and what they are called outside. */
const ranks = {
  code: 'CODE',
  wholeName: 'EXACT',
  beginsName: 'PREFIX',
  beginsWord: 'PREFIX',
  synonym: 'SYNONYM',
  misspelling: 'TYPO',
  browsed: 'BROWSED',
} as const;
export type MatchReason = (typeof ranks)[keyof typeof ranks];
const rank = (name: keyof typeof ranks): number => Object.keys(ranks).indexOf(name);
export const reasonOf = (rankOfHit: number): MatchReason => Object.values(ranks)[rankOfHit]!;

/** A part of a statement that yields (id, sort_key, rank) of all hits, with its values from $2 on; $1 is the release. */
export interface Hits {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Whether a folded word of a name is what the question meant. */
  readonly isMeant: (word: string) => boolean;
}
const nothing = () => false;

const product = 'SELECT product.* FROM reference.product WHERE release_id = $1';

/** Everything, in order. */
export const everything: Hits = {
  sql: `SELECT product.*, ${rank('browsed')} AS rank FROM reference.product WHERE release_id = $1`,
  values: [],
  isMeant: nothing,
};

export const hitsByCode = (codes: readonly string[]): Hits => ({
  sql: `SELECT product.*, ${rank('code')} AS rank FROM reference.product WHERE release_id = $1 AND id IN
    (SELECT product_id FROM reference.product_code WHERE release_id = $1 AND value = ANY ($2::text[]))`,
  values: [codes],
  isMeant: nothing,
});

/** Words that may stand for what was typed: itself, or what it may be a misspelling of. */
export type Repairs = ReadonlyMap<string, readonly string[]>;

/** Products that have all of the question. With repairs, a misspelt word stands for any of its repairs. */
export function hitsByWords(question: Question, repairs: Repairs): Hits {
  const { names } = question;
  if (repairs.size > 0)
    return {
      sql: `SELECT each.*, ${rank('misspelling')} AS rank FROM (${product} AND words @@ $2::tsquery) each`,
      values: [
        and([
          ...names.map((name) => (repairs.has(name) ? or(repairs.get(name)!) : begins(name, 'ABD'))),
          ...wholes(question),
        ]),
      ],
      isMeant: (word) => [...repairs.values()].some((words) => words.includes(word)),
    };
  return {
    sql: `SELECT each.*, CASE WHEN $3 = ANY (names) THEN ${rank('wholeName')}
        WHEN starts_with(names[1], $3) OR starts_with(names[2], $3) THEN ${rank('beginsName')}
        WHEN words @@ $4::tsquery THEN ${rank('beginsWord')} ELSE ${rank('synonym')} END AS rank
      FROM (${product} AND words @@ $2::tsquery) each`,
    values: [
      and([...names.map((name) => begins(name, 'ABD')), ...wholes(question)]),
      names.join(' '),
      and([...names.map((name) => begins(name, 'AD')), ...wholes(question)]),
    ],
    isMeant: (word) => names.some((name) => word.startsWith(name)),
  };
}

const and = (parts: readonly string[]): string => parts.join(' & ');
const or = (words: readonly string[]): string => `(${words.map((word) => `'${word}':AB`).join(' | ')})`;
/** A single letter begins too much; it stands for itself, as in penicillin V. */
const begins = (word: string, weights: string): string => `'${word}':${word.length > 1 ? '*' : ''}${weights}`;
const wholes = ({ amounts, forms }: Question): string[] => [
  ...amounts.map((amount) => `'${amount}'`),
  ...forms.map((form) => `'${form}'`),
];

/** The four files of the Base de données publique des médicaments. */
export interface BdpmFiles {
  /** CIS_bdpm: products. */
  readonly products: string;
  /** CIS_CIP_bdpm: packages and prices. */
  readonly packages: string;
  /** CIS_COMPO_bdpm: what is in them. */
  readonly composition: string;
  /** CIS_GENER_bdpm: generic groups. */
  readonly generics: string;
}

/** The files have no header; these are their columns. */
export const columns = {
  products:
    'cis name form routes authorisation procedure marketing authorised alert eu holder surveillance'.split(
      ' ',
    ),
  packages:
    'cis cip7 label administrative marketing declared cip13 collective rates price priceWithFee fee conditions'.split(
      ' ',
    ),
  composition: 'cis element substanceCode substance dosage reference nature link'.split(' '),
  generics: 'code label cis kind position'.split(' '),
} as const;

/** What reports call the files. */
export const fileNames = {
  products: 'CIS',
  packages: 'CIS_CIP',
  composition: 'CIS_COMPO',
  generics: 'CIS_GENER',
} as const;

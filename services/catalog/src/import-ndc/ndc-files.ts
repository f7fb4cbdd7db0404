/** One file of the directory. */
export interface NdcFile {
  readonly path: string;
  /** What reports call it. */
  readonly name: string;
  /** Products that are not for patients as they are: bulk ingredients, drugs for further processing. */
  readonly unfinished: boolean;
}

/** The FDA's files, as published or with the curated columns. */
export interface NdcFiles {
  readonly productFile: string;
  readonly packageFile: string;
  readonly unfinishedProductFile?: string | undefined;
  readonly unfinishedPackageFile?: string | undefined;
}

export const productFiles = ({ productFile, unfinishedProductFile }: NdcFiles): NdcFile[] =>
  filesOf('product', productFile, unfinishedProductFile);
export const packageFiles = ({ packageFile, unfinishedPackageFile }: NdcFiles): NdcFile[] =>
  filesOf('package', packageFile, unfinishedPackageFile);

function filesOf(name: string, path: string, unfinished: string | undefined): NdcFile[] {
  const finished = { path, name, unfinished: false };
  return unfinished === undefined
    ? [finished]
    : [finished, { path: unfinished, name: `unfinished ${name}`, unfinished: true }];
}

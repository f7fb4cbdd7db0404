import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface LockEntry {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Optional dependencies named in a lock file without an entry of their own. npm writes such a lock when a registry lacks
 * some platform's package; `npm ci` on that platform then fails, or runs without it.
 */
export function missingFromLock(packages: Readonly<Record<string, LockEntry>>): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isInstallable(packages, path, name))
      .map((name) => `${name}, wanted by ${path || 'package.json'}`),
  );
}

/** Node's own way of looking: beside the package, then in every folder above it. */
function isInstallable(packages: Readonly<Record<string, LockEntry>>, path: string, name: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const place = folder === '' || folder === '.' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in packages) return true;
    if (folder === '' || folder === '.') return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  const missing = missingFromLock(lock.packages);
  if (missing.length > 0) {
    console.error(`package-lock.json lacks:\n  ${missing.join('\n  ')}`);
    process.exit(1);
  }
  console.log(`every optional dependency of ${Object.keys(lock.packages).length} packages has its entry`);
}

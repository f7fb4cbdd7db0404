import type { Difference } from './compare-releases.ts';
import type { ListedRelease } from './list-releases.ts';

/** One line for each release: `*` is in force, `!` was held back, `-` was cut down to what verdicts need. */
export const listed = (releases: readonly ListedRelease[]): string =>
  releases.length === 0
    ? 'There is no release yet.'
    : releases
        .map((release) => {
          const parts = release.parts.map(
            ({ origin, counts }) =>
              `${origin}${counts['products'] === undefined ? '' : ` ${counts['products']}`}`,
          );
          return `${markOf(release)} ${String(release.number).padStart(4)}  ${release.createdAt.toISOString()}  ${parts.join(', ')}`;
        })
        .join('\n');

function markOf({ inForce, pruned, publishedAt, concerns }: ListedRelease): string {
  if (inForce) return '*';
  if (pruned) return '-';
  return publishedAt === null && concerns.length > 0 ? '!' : ' ';
}

/** A release with its parts: where they are from, under which licence, and what was taken. */
export const reported = (release: ListedRelease): string =>
  [
    `Release ${release.number} (${release.id}) of ${release.createdAt.toISOString()}, ${
      release.inForce ? 'in force' : release.publishedAt ? 'was in force' : 'never in force'
    }`,
    ...release.parts.map(
      ({ origin, sourceName, sourceDate, licence, importedAt, counts }) =>
        `  ${origin}: ${sourceName}${sourceDate ? ` of ${sourceDate}` : ''}, ${licence}, imported ${new Date(importedAt).toISOString()}: ${
          Object.entries(counts)
            .map(([kind, count]) => `${count} ${kind}`)
            .join(', ') || 'not counted'
        }`,
    ),
    ...release.concerns.map(({ text }) => `  Suspicious: ${text}`),
  ].join('\n');

/** Tab separated: kind, part, id, change, why it is suspicious, name, before, after. */
export const wordsOfDifference = ({
  kind,
  origin,
  id,
  change,
  suspicious,
  name,
  before,
  after,
}: Difference): string =>
  [
    kind,
    origin,
    id,
    change,
    suspicious ?? '',
    name,
    before && JSON.stringify(before),
    after && JSON.stringify(after),
  ]
    .map((cell) => (cell ?? '').replaceAll(/[\t\r\n]+/g, ' '))
    .join('\t');

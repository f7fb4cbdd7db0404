import { type Id, type UserId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { LocalChange } from '../administration/local-change.ts';
import type { Problem } from '../administration/problem.ts';

export type PublicationId = Id<'Publication'>;
export type CatalogChangeId = Id<'CatalogChange'>;

/** A change that is staged, and who did it. */
export interface StagedChange {
  readonly id: CatalogChangeId;
  readonly key: string;
  readonly change: LocalChange;
  readonly stagedBy: UserId;
}

/**
 * Whether this person may publish these changes: there must be some, all of them must fit the release in force, and
 * rules need a second person as soon as there is one who could publish them.
 */
export function mayPublish(
  changes: readonly StagedChange[],
  by: { userId: UserId; othersCould: boolean },
  problemsOf: (change: LocalChange) => readonly Problem[],
): Refusal | null {
  if (changes.length === 0)
    return refuse('INVALID', 'There is nothing to publish.', { path: ['input', 'changeIds'] });
  const at = (change: StagedChange) => ['input', 'changeIds', change.id];
  const errors = changes.flatMap((staged) => [
    ...problemsOf(staged.change).map(({ path, message }) => ({
      code: 'INVALID' as const,
      message,
      path: [...at(staged), ...path],
    })),
    ...(by.othersCould && isRule(staged) && staged.stagedBy === by.userId
      ? [
          {
            code: 'NOT_ALLOWED' as const,
            message: 'You staged this rule yourself: somebody else who may publish has to.',
            path: at(staged),
          },
        ]
      : []),
  ]);
  return errors.length > 0 ? new Refusal(errors) : null;
}

const isRule = ({ key }: StagedChange): boolean => key.startsWith('rule:');

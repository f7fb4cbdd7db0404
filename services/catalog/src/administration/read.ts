import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import DataLoader from 'dataloader';
import {
  type CatalogChangeView,
  type PublicationView,
  readChanges,
  readPublications,
} from '../list-changes/read-changes.ts';
import { readWithdrawals, withdrawalsOf } from '../list-withdrawals/list-withdrawals.ts';
import { releaseInForce } from '../release/publish-release.ts';
import type { Withdrawal } from '../withdrawal/withdrawal.ts';
import type { CatalogFacts } from './facts.ts';
import { readFacts } from './read-facts.ts';

export type AdministrationReads = ReturnType<typeof administrationReads>;

/** What one person may see of the administration, each thing asked for once per request and together with its like. */
export function administrationReads(database: Database, actor: Actor | null, now: () => Date) {
  const ask = <Result>(work: (tx: Tx) => Promise<Result>) => database.asActor(actor, work);
  const one = <Found extends { readonly id: string }>(find: (tx: Tx, ids: string[]) => Promise<Found[]>) =>
    new DataLoader<string, Found | null>(async (ids) => {
      const wanted = ids.map((id) => id.toLowerCase());
      const found = new Map(
        (await ask((tx) => find(tx, wanted.filter(isId)))).map((each) => [each.id, each]),
      );
      return wanted.map((id) => found.get(id) ?? null);
    });
  return {
    ask,
    change: one<CatalogChangeView>(readChanges),
    publication: one<PublicationView>(readPublications),
    withdrawal: one<Withdrawal>(readWithdrawals),
    withdrawals: new DataLoader<string, Withdrawal[]>(async (ids) => {
      const found = Map.groupBy(
        await ask((tx) => withdrawalsOf(tx, ids, now())),
        ({ productId }) => productId,
      );
      return ids.map((id) => found.get(id as Withdrawal['productId']) ?? []);
    }),
    /** The release in force, as far as all changes that are shown together need it. */
    facts: new DataLoader<CatalogChangeView, CatalogFacts>(async (changes) => {
      const facts = await ask(async (tx) => {
        const release = await releaseInForce(tx);
        return (
          release &&
          readFacts(
            tx,
            release.id,
            changes.map(({ change }) => change),
          )
        );
      });
      return changes.map(() => facts ?? new Error('A staged change has a release to compare with.'));
    }),
  };
}

import type { Actor } from '@carethread/contracts/actor.ts';
import { type Connection, idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { Context } from '../graphql/context.ts';
import { approvesRenewals } from '../renewal/may-approve.ts';
import type { Renewal } from '../renewal/renewal.ts';
import { renewalColumns, type RenewalRow, toRenewal } from '../store/renewal-store.ts';

interface Args {
  first: number;
  after?: string | null | undefined;
}

// One index scan each, also by the plan that is kept for all values: `state` is written out for the partial indexes, and
// the first page begins at an end of all ids.
const select = `SELECT ${renewalColumns} FROM renewal WHERE`;
/** $1: the patient; $2: before this one; $3: how many. */
export const ofPatient = `${select} patient_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`;
/** $1: the doctor; $2: after this one; $3: how many. */
export const queueOfDoctor = `${select} state = 'awaiting_approval' AND doctor_id = $1 AND id > $2 ORDER BY id LIMIT $3`;
/** $1: after this one; $2: how many. */
export const queueOfAll = `${select} state = 'awaiting_approval' AND id > $1 ORDER BY id LIMIT $2`;
const first = '00000000-0000-0000-0000-000000000000';
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const connectionOf = (
  rows: readonly RenewalRow[],
  page: Parameters<typeof pageConnection>[1],
): Connection<Renewal> => pageConnection(rows.map(toRenewal), page, ({ id }) => id);

/** What the patient asked for, newest first: ids are time-ordered. */
export async function listRenewals(
  { database }: Context,
  actor: Actor,
  args: Args,
): Promise<Connection<Renewal>> {
  const page = pageOf(args, idIn);
  const values = [actor.userId, page.after ?? last, page.first + 1];
  return connectionOf(await database.asActor(actor, (tx) => tx.query<RenewalRow>(ofPatient, values)), page);
}

/** What this person may approve, oldest first. */
export async function renewalQueue(
  { database }: Context,
  actor: Actor,
  args: Args,
): Promise<Connection<Renewal>> {
  const page = pageOf(args, idIn);
  const rest = [page.after ?? first, page.first + 1];
  if (approvesRenewals(actor))
    return connectionOf(await database.asWorker((tx) => tx.query<RenewalRow>(queueOfAll, rest)), page);
  const values = [actor.userId, ...rest];
  return connectionOf(
    await database.asActor(actor, (tx) => tx.query<RenewalRow>(queueOfDoctor, values)),
    page,
  );
}

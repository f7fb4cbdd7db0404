/** Looks after parked events of one service: `node packages/bus/src/parked-cli.ts`. See `usage`. */
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { isId } from '@carethread/contracts/ids.ts';
import type pg from 'pg';
import { type Command, readService, runCommand, UsageError } from './command-line.ts';
import { dropParked, inspectParked, listParked, redriveParked } from './parked.ts';
import { openPool } from './worker-pool.ts';

const usage = `Parked events are events a service could not handle. Later events of the same aggregate wait for them.

  node packages/bus/src/parked-cli.ts list    --service tickets
  node packages/bus/src/parked-cli.ts inspect --service tickets <event id>
  node packages/bus/src/parked-cli.ts redrive --service tickets --why "fixed in 1.4.2" <event id>…
  node packages/bus/src/parked-cli.ts drop    --service tickets --why "duplicate of …" <event id>…

  list      the event at the head of each waiting aggregate, and how many wait behind it
  inspect   one event with its message; what is not an id or a code is masked
  redrive   try again at once, from the first attempt
  drop      give it up for good; what waits behind it goes on without it

  --who     who acts; your login name when left out. Kept with --why in bus.parked_action.

WORKER_DATABASE_URL must hold the connection string of that service's worker.`;

async function act(
  pool: pg.Pool,
  command: string,
  ids: string[],
  reason: { who: string; why: string },
): Promise<void> {
  switch (command) {
    case 'list': {
      const parked = await listParked(pool);
      if (parked.length === 0) console.log('Nothing is parked.');
      else console.table(Object.fromEntries(parked.map(({ eventId, ...rest }) => [eventId, rest])));
      return;
    }
    case 'inspect':
      for (const id of ids)
        console.log(JSON.stringify((await inspectParked(pool, id)) ?? `${id} is not parked.`, null, 2));
      return;
    case 'redrive':
    case 'drop': {
      const change = command === 'redrive' ? redriveParked : dropParked;
      for (const id of ids) {
        const done = await change(pool, id, reason);
        console.log(
          done
            ? `${id}: ${command === 'redrive' ? 'will be tried again' : 'dropped'}`
            : `${id} is not parked.`,
        );
        if (!done) process.exitCode = 1;
      }
      return;
    }
    default:
      throw new UsageError(`There is no command "${command}".`);
  }
}

const main: Command = async (args, env) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { service: { type: 'string' }, who: { type: 'string' }, why: { type: 'string' } },
  });
  const [command = '', ...ids] = positionals;
  const service = readService(values.service);
  for (const id of ids) if (!isId(id)) throw new UsageError(`"${String(id)}" is not an event id.`);
  if (command !== 'list' && ids.length === 0) throw new UsageError('Name at least one event.');
  if (['redrive', 'drop'].includes(command) && !values.why?.trim())
    throw new UsageError('Say why, with --why.');
  const url = env.WORKER_DATABASE_URL;
  if (!url) throw new UsageError('WORKER_DATABASE_URL is not set.');
  const pool = openPool(url, 1);
  try {
    const { rows } = await pool.query<{ login: string }>('SELECT current_user AS login');
    if (rows[0]?.login !== `${service}_worker`)
      throw new UsageError(
        `WORKER_DATABASE_URL is a login of ${rows[0]?.login}, not of ${service}'s worker.`,
      );
    await act(pool, command, ids, { who: values.who ?? userInfo().username, why: values.why ?? '' });
  } finally {
    await pool.end();
  }
};

await runCommand(main, usage);

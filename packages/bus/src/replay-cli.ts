/** Publishes a service's past events again: `node packages/bus/src/replay-cli.ts`. See `usage`. */
import { parseArgs } from 'node:util';
import { amqpBroker } from './amqp-link.ts';
import { type Command, readService, runCommand, UsageError } from './command-line.ts';
import { replay } from './replay.ts';

const usage = `Publishes events of the last 30 days again, after a broker lost its disk. Consumers that had them drop them.

  node packages/bus/src/replay-cli.ts --service tickets --since 2026-11-20T06:00:00Z

1. Stop the instances of all services: the replay waits for that, so that old events come before new ones.
2. Start the broker and provision it: every queue must exist before the first event.
3. Run this for each service, with a time safely before the loss.
4. Start the instances.

RELAY_DATABASE_URL and AMQP_URL must hold the addresses the service's relay uses.`;

const main: Command = async (args, env) => {
  const { values } = parseArgs({ args, options: { service: { type: 'string' }, since: { type: 'string' } } });
  const service = readService(values.service);
  const since = new Date(values.since ?? '');
  if (Number.isNaN(since.getTime()))
    throw new UsageError('Name a time with --since, such as 2026-11-20T06:00:00Z.');
  const { RELAY_DATABASE_URL: databaseUrl, AMQP_URL: amqpUrl } = env;
  if (!databaseUrl || !amqpUrl) throw new UsageError('RELAY_DATABASE_URL and AMQP_URL must be set.');
  const link = await amqpBroker(amqpUrl, `${service} replay`, service).connect();
  try {
    const count = await replay({
      databaseUrl,
      since,
      link,
      onWaiting: () =>
        console.log(`Waiting: a relay of ${service} is running. Stop the instances of ${service}.`),
    });
    console.log(`${count} events published again.`);
  } finally {
    await link.close();
  }
};

await runCommand(main, usage);

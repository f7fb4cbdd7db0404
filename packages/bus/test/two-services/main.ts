/** One instance of one of the two test services, as a process: `node main.ts requesting|answering`. */
import { createServer } from 'node:http';
import { startConsumer } from '../../src/consumer.ts';
import { failpoint } from '../../src/failpoint.ts';
import { startRelay } from '../../src/relay.ts';
import { startTaskWorker } from '../../src/task-worker.ts';
import { openPool } from '../../src/worker-pool.ts';
import { answeringTasks } from './answering-tasks.ts';
import { answeringHandlers } from './answering.ts';
import { request, requestingHandlers } from './requesting.ts';

const [role] = process.argv.slice(2);
const env = process.env as Record<
  'PORT' | 'WORKER_DATABASE_URL' | 'RELAY_DATABASE_URL' | 'AMQP_URL' | 'STAMP_URL',
  string
>;
const say = (details: object, message: string) => {
  if (process.env.VERBOSE)
    console.error(new Date().toISOString(), message, JSON.stringify(details, describeErrors));
};
const log = { info: say, warn: say, error: say };
const pool = openPool(env.WORKER_DATABASE_URL, 8);
const shared = { amqpUrl: env.AMQP_URL, log };

if (role === 'answering') {
  const relay = startRelay({ ...shared, service: 'tickets', databaseUrl: env.RELAY_DATABASE_URL });
  const wake = () => {
    relay.poke();
    tasks.poke();
  };
  const tasks = startTaskWorker({ pool, handlers: answeringTasks(env.STAMP_URL), log, onCommit: wake });
  startConsumer({ ...shared, service: 'tickets', pool, handlers: answeringHandlers, onCommit: wake });
} else {
  const relay = startRelay({ ...shared, service: 'prescriptions', databaseUrl: env.RELAY_DATABASE_URL });
  startConsumer({ ...shared, service: 'prescriptions', pool, handlers: requestingHandlers });
  const server = createServer(async (incoming, response) => {
    const [, requestId = '', aggregateId = ''] = (incoming.url ?? '').split('/');
    try {
      await request(pool, requestId, aggregateId);
      failpoint('afterCommitBeforeReply');
      relay.poke();
      response.end();
    } catch {
      response.writeHead(503).end();
    }
  });
  server.listen(Number(env.PORT), '127.0.0.1');
}

function describeErrors(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { message: value.message, code: (value as { code?: unknown }).code };
}

import amqp from 'amqplib';
import pg from 'pg';
import { measure, type Timing } from './measure.ts';

export interface Yardsticks {
  /** One row, one statement, committed (fsync on). */
  commit: Timing;
  /** The same from eight clients. */
  commit8: Timing;
  /** 1 KB to a quorum queue, confirmed, one at a time. */
  confirm: Timing;
}

/** What this machine's PostgreSQL and RabbitMQ can do at best, in the same run as everything else. */
export async function yardsticks(
  adminUrl: string,
  adminAmqpUrl: string,
  seconds: number,
): Promise<Yardsticks> {
  return { ...(await commits(adminUrl, seconds)), confirm: await confirms(adminAmqpUrl, seconds) };
}

async function commits(adminUrl: string, seconds: number): Promise<Pick<Yardsticks, 'commit' | 'commit8'>> {
  const pool = new pg.Pool({ connectionString: adminUrl, max: 8 });
  await pool.query('CREATE TABLE IF NOT EXISTS bench_yardstick (id uuid PRIMARY KEY, body text NOT NULL)');
  const insert = () =>
    pool.query({
      name: 'yardstick',
      text: 'INSERT INTO bench_yardstick VALUES ($1, $2)',
      values: [crypto.randomUUID(), 'x'.repeat(200)],
    });
  const commit = await measure(insert, { seconds });
  const commit8 = await measure(insert, { seconds, clients: 8 });
  await pool.query('DROP TABLE bench_yardstick');
  await pool.end();
  return { commit, commit8 };
}

async function confirms(url: string, seconds: number): Promise<Timing> {
  const connection = await amqp.connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const queue = 'bench.yardstick';
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  const body = Buffer.alloc(1024, 'x');
  const publish = () =>
    new Promise<void>((resolve, reject) => {
      channel.sendToQueue(queue, body, { persistent: true }, (error: unknown) =>
        error ? reject(error) : resolve(),
      );
    });
  const timing = await measure(publish, { seconds });
  await channel.deleteQueue(queue);
  await connection.close();
  return timing;
}

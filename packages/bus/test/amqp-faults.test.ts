import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { queueOf } from '@carethread/contracts/topology.ts';
import { createTestVhost, type TestVhost } from '@carethread/local-stack/test-stack.ts';
import amqp from 'amqplib';
import { openConnection, withHeartbeat } from '../src/amqp-connection.ts';
import { amqpBroker } from '../src/amqp-link.ts';
import type { Link, Message } from '../src/link.ts';
import { within } from '../src/pause.ts';
import { TcpProxy } from './tcp-proxy.ts';

const type = 'prescriptions.prescription.drafted.v1';
const message = (): Message => ({
  id: newId(),
  type,
  headers: { occurredAt: '2026-11-20T12:00:00Z' },
  body: '{}',
});

let vhost: TestVhost;
let proxy: TcpProxy;
let url: string;
let links: Pick<Link, 'close'>[];
beforeEach(async () => {
  links = [];
  vhost = await createTestVhost();
  ({ proxy, url } = await TcpProxy.before(vhost.amqpUrl('prescriptions')));
});
afterEach(async () => {
  await Promise.all(links.map((link) => link.close()));
  await proxy.close();
  await vhost.delete();
});
const connect = async (address = url): Promise<Link> => {
  const link = await amqpBroker(address, 'test', 'prescriptions').connect();
  links.push(link);
  return link;
};

describe('a link to RabbitMQ', () => {
  it('is lost with its connection, and with it what was not confirmed', async () => {
    const link = await connect();
    const publish = await link.publisher();
    proxy.stall();
    const answer = publish(message(), type, true);
    proxy.cut();
    await expect(answer).rejects.toThrow(/lost|close/i);
    await expect(link.lost).rejects.toThrow(/close|ECONNRESET|EPIPE/i);
    expect(link.alive).toBe(false);
  });

  it('notices within some heart-beats that nobody answers any more', async () => {
    const link = await connect(`${url}?heartbeat=1`);
    proxy.stall();
    await expect(within(10_000, 'Noticing', link.lost)).rejects.toThrow(/heartbeat|close/i);
  });

  it('closes in time although nobody answers', async () => {
    const link = await connect();
    proxy.stall();
    await expect(within(1_000, 'Closing', link.close())).resolves.toBeUndefined();
  });

  it('does not wait for ever for a broker that accepts and says nothing', async () => {
    proxy.stall();
    await expect(within(8_000, 'Connecting', connect())).rejects.toThrow(/ETIMEDOUT|timeout/i);
  });

  it('is lost when the broker closes one of its channels', async () => {
    const connection = await openConnection(url, 'test');
    links.push(connection);
    const channel = await connection.channel();
    channel.publish('no-such-exchange', 'key', Buffer.from(''));
    await expect(connection.lost).rejects.toThrow(/NOT_FOUND|ACCESS_REFUSED|closed/);
  });

  it('is lost when the queue it consumes is deleted', async () => {
    const link = await connect();
    await link.subscribe(queueOf('prescriptions'), 10, () => {});
    const admin = await amqp.connect(vhost.adminUrl);
    await (await admin.createChannel()).deleteQueue(queueOf('prescriptions'));
    await admin.close();
    await expect(link.lost).rejects.toThrow(/cancelled|closed/);
    // The next one declares it anew.
    const next = await connect();
    await next.subscribe(queueOf('prescriptions'), 10, () => {});
  });
});

describe('the address', () => {
  it('gets a heart-beat unless it has one', () => {
    expect(withHeartbeat('amqp://user:p%2Fw@host:5672/vhost')).toBe(
      'amqp://user:p%2Fw@host:5672/vhost?heartbeat=10',
    );
    expect(withHeartbeat('amqp://host?heartbeat=4')).toBe('amqp://host?heartbeat=4');
  });
});

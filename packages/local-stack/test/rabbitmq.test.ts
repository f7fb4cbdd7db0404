import { afterAll, describe, expect, it } from '@jest/globals';
import amqp from 'amqplib';
import type { BrokerProcess } from '../src/broker-process.ts';
import { freePorts } from '../src/free-port.ts';
import { installAdvice } from '../src/install-rabbitmq.ts';
import { startRabbitMq } from '../src/rabbitmq.ts';
import { testStack } from '../src/test-stack.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('RabbitMQ on a data folder', () => {
  const dataDir = temporaryFolder();
  const started: BrokerProcess[] = [];
  afterAll(() => Promise.all(started.map((broker) => broker.stop())));

  it('has every confirmed message again after a new starter, a kill and a new start', async () => {
    const [client, management, distribution] = (await freePorts(3)) as [number, number, number];
    const options = { dataDir, ports: { amqp: client, management, distribution }, env: {} };
    const first = await startRabbitMq(options);
    started.push(first);
    await onChannel(first.adminAmqpUrl, (channel) =>
      channel.assertQueue('kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } }),
    );

    // As after a starter that was killed itself: ends the first node, in order.
    const second = await startRabbitMq(options);
    started.push(second);
    expect(first.pid()).not.toBe(second.pid());
    await onChannel(second.adminAmqpUrl, async (channel) => {
      channel.sendToQueue('kept', Buffer.from('hello'), { persistent: true });
      await channel.waitForConfirms();
    });

    await second.kill();
    await expect(amqp.connect(second.adminAmqpUrl)).rejects.toThrow('ECONNREFUSED');
    await second.start();
    expect(await onChannel(second.adminAmqpUrl, (channel) => firstOf(channel, 'kept'))).toBe('hello');
  });
});

async function onChannel<Result>(
  url: string,
  work: (channel: amqp.ConfirmChannel) => Promise<Result>,
): Promise<Result> {
  const connection = await amqp.connect(url);
  try {
    return await work(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}

const firstOf = (channel: amqp.Channel, queue: string) =>
  new Promise<string | undefined>((resolve, reject) => {
    channel.consume(queue, (message) => resolve(message?.content.toString())).catch(reject);
  });

describe('a broker given by AMQP_URL', () => {
  const { adminAmqpUrl, managementUrl } = testStack();
  const options = { dataDir: '/nowhere', ports: { amqp: 0, management: 0, distribution: 0 } };

  it('is used as it is and never stopped', async () => {
    const env = { AMQP_URL: adminAmqpUrl, RABBITMQ_MANAGEMENT_URL: managementUrl };
    const broker = await startRabbitMq({ ...options, env });
    await broker.kill();
    await broker.stop();
    expect(await broker.admin?.answers()).toBe(true);
  });

  it('is an error when its management address does not answer', async () => {
    const env = { AMQP_URL: adminAmqpUrl, RABBITMQ_MANAGEMENT_URL: 'http://127.0.0.1:1' };
    await expect(startRabbitMq({ ...options, env })).rejects.toThrow('RABBITMQ_MANAGEMENT_URL');
  });
});

describe('the advice where there is no RabbitMQ', () => {
  it.each([
    ['linux', 'apt-get install'],
    ['darwin', 'brew install rabbitmq'],
    ['win32', 'Docker Desktop'],
    ['freebsd', 'RabbitMQ 3.10 or newer'],
  ] as const)('fits %s', (platform, advice) => {
    expect(installAdvice(platform)).toContain(advice);
    expect(installAdvice(platform)).toContain('AMQP_URL');
  });
});

import { randomUUID } from 'node:crypto';
import { brokerAdmin } from './broker-admin.ts';
import { asAdministrator, closeToOthers, loginUrl, quote } from './provision.ts';
import type { DatabaseName, LoginKind, LoginPasswords } from './provision.ts';
import { brokerUser, provisionVhost } from './provision-broker.ts';
import type { BrokerClient, BrokerPasswords } from './provision-broker.ts';
import { templateDatabase } from './template-database.ts';

/** What with-stack.ts puts into the environment variable below. */
export interface TestStack {
  /** PostgreSQL's superuser, database `postgres`. */
  readonly adminUrl: string;
  /** RabbitMQ's administrator, default virtual host. */
  readonly adminAmqpUrl: string;
  readonly managementUrl: string;
  readonly databasePasswords: Readonly<Record<DatabaseName, LoginPasswords>>;
  readonly brokerPasswords: BrokerPasswords;
}

export const testStackVariable = 'CARETHREAD_TEST_STACK';

/** The PostgreSQL and RabbitMQ of this test run. */
export function testStack(): TestStack {
  const text = process.env[testStackVariable];
  if (!text) {
    throw new Error(
      'These tests need PostgreSQL and RabbitMQ: run `npm test` at the root of the repository, or in a workspace folder ' +
        'put `node <root>/packages/local-stack/src/with-stack.ts --` before the command.',
    );
  }
  return JSON.parse(text) as TestStack;
}

export interface TestDatabase {
  /** The address of one of the service's logins. */
  url(kind: LoginKind): string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly workerUrl: string;
  readonly relayUrl: string;
  /** Removes it; open connections are cut. */
  drop(): Promise<void>;
}

/**
 * A database of this suite's own with the service's tables and nothing in them. The migrations run once for each `key`
 * (see `migrationsKey`) into a template, of which every suite gets a copy in a tenth of a second.
 */
export async function createTestDatabase(
  service: DatabaseName,
  options: { readonly key: string; readonly migrate: (ownerUrl: string) => Promise<void> },
): Promise<TestDatabase> {
  const { adminUrl, databasePasswords } = testStack();
  const passwords = databasePasswords[service];
  const name = `${service}_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  await asAdministrator(adminUrl, async (admin) => {
    const template = await templateDatabase(admin, service, options.key, (database) =>
      options.migrate(loginUrl(adminUrl, service, 'owner', passwords.owner, database)),
    );
    await admin.query(
      `CREATE DATABASE ${quote(name)} TEMPLATE ${quote(template)} OWNER ${quote(`${service}_owner`)}`,
    );
    await closeToOthers(admin, name, service);
  });
  const url = (kind: LoginKind) => loginUrl(adminUrl, service, kind, passwords[kind], name);
  return {
    url,
    ownerUrl: url('owner'),
    appUrl: url('app'),
    workerUrl: url('worker'),
    relayUrl: url('relay'),
    drop: () =>
      asAdministrator(adminUrl, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);
      }),
  };
}

export interface TestVhost {
  readonly name: string;
  /** The administrator's address in this virtual host. */
  readonly adminUrl: string;
  /** A client's own address, with its own permissions only. */
  amqpUrl(client: BrokerClient): string;
  delete(): Promise<void>;
}

/** A virtual host of this suite's own with the whole topology and the permissions of production. */
export async function createTestVhost(): Promise<TestVhost> {
  const stack = testStack();
  const broker = brokerAdmin(stack);
  const name = `test-${randomUUID()}`;
  await provisionVhost(broker, name);
  return {
    name,
    adminUrl: broker.adminUrlIn(name),
    amqpUrl: (client) =>
      broker.amqpUrl({ user: brokerUser(client), password: stack.brokerPasswords[client], vhost: name }),
    delete: () => broker.deleteVhost(name),
  };
}

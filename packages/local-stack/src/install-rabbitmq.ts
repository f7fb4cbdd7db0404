import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { run } from './run.ts';

const policyFile = '/usr/sbin/policy-rc.d';
const packageName = 'rabbitmq-server';

/** Whether this process may install system packages without asking anybody. */
export const canInstall = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** What a person has to do where we may not install anything ourselves. */
export function installAdvice(platform: NodeJS.Platform = process.platform): string {
  const advice: Partial<Record<NodeJS.Platform, string>> = {
    linux:
      'run `sudo apt-get install -y --no-install-recommends rabbitmq-server` (or your distribution’s package of that name)',
    darwin: 'run `brew install rabbitmq`',
    win32: 'start Docker Desktop',
  };
  const first = advice[platform] ?? 'install RabbitMQ 3.10 or newer';
  return `No RabbitMQ was found: ${first}, or start Docker, or set AMQP_URL to a broker you already have; then try again.`;
}

/**
 * Installs Debian's or Ubuntu's RabbitMQ package. The package would start a system-wide broker at once and at every
 * boot; we want neither, because our node is private to its data folder.
 */
export async function installRabbitMq(say: (line: string) => void): Promise<void> {
  const policyIsOurs = !existsSync(policyFile);
  if (policyIsOurs) {
    await writeFile(policyFile, '#!/bin/sh\nexit 101\n');
    await chmod(policyFile, 0o755);
  }
  try {
    say(`installing the system package ${packageName} (this machine has no RabbitMQ and no Docker) …`);
    let installed = await aptGet('install', '-y', '--no-install-recommends', packageName);
    if (installed.code !== 0) {
      say('refreshing the package lists (apt-get update) …');
      await aptGet('update');
      installed = await aptGet('install', '-y', '--no-install-recommends', packageName);
    }
    if (installed.code !== 0) {
      const reason = installed.stderr.trim().split('\n').at(-1) ?? 'no reason given';
      throw new Error(`apt-get could not install ${packageName} (${reason}). ${installAdvice()}`);
    }
  } finally {
    if (policyIsOurs) await rm(policyFile, { force: true });
  }
  if (existsSync('/run/systemd/system')) await run('systemctl', ['disable', '--now', packageName]);
  say(`installed ${packageName}; its own system-wide service is not started and stays off`);
}

const aptGet = (...args: string[]) =>
  run('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 300_000 });

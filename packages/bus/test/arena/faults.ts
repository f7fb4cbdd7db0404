import type { ThrowawayStack } from '@carethread/local-stack/throwaway-stack.ts';
import { pause } from '../../src/pause.ts';
import type { Arena } from './arena.ts';
import type { Instance } from './instance.ts';

/** One misfortune, from its beginning to its end. */
export type Fault = () => Promise<void>;

const cutSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname LIKE '%\\_test\\_%' AND pid <> pg_backend_pid() AND random() < 0.6`;

/** Everything that can happen to the two services and to what they stand on. */
export function faultsOf(arena: Arena, { postgres, rabbitMq }: ThrowawayStack): Record<string, Fault> {
  const { random, instances, poolB } = arena;
  const between = (least: number, most: number) => least + random() * (most - least);
  const anyOf = (some: Instance[]) => some[Math.floor(random() * some.length)]!;
  const [a, b] = ['A', 'B'].map((letter) => instances.filter(({ name }) => name.startsWith(letter))) as [
    Instance[],
    Instance[],
  ];
  const poison = async (what: string, forMs: number) => {
    await untilDone(() => poolB.query('INSERT INTO poison VALUES ($1) ON CONFLICT DO NOTHING', [what]));
    await pause(forMs);
    await untilDone(() => poolB.query('DELETE FROM poison'));
  };
  return {
    killRequesting: async () => anyOf(a).kill(),
    killAnswering: async () => anyOf(b).kill(),
    killBothAnswering: async () => b.forEach((instance) => instance.kill()),
    killBroker: async () => {
      await rabbitMq.kill();
      await pause(between(300, 1_500));
      await rabbitMq.start();
    },
    killPostgres: async () => {
      await postgres.kill();
      await pause(between(300, 1_000));
      await postgres.start();
    },
    pauseOne: async () => {
      const instance = anyOf(instances);
      instance.signal('SIGSTOP');
      await pause(between(3_000, 9_000));
      instance.signal('SIGCONT');
    },
    cutDatabaseSessions: async () => {
      await arena.asAdministrator(cutSessions).catch(() => {});
    },
    poisonThatFails: () => poison('failure', 2_500),
    poisonThatKills: () => poison('crash', 5_000),
  };
}

/** A fault must end, or the rest of the run would prove nothing. */
export async function untilDone(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void (await attempt());
    } catch {
      await pause(200);
    }
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform, type Platform } from '@carethread/local-stack/platform.ts';

/** The whole platform in a folder and on ports of its own. */
export async function startOwnPlatform(): Promise<Platform & { dispose(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'carethread-system-'));
  const platform = await startPlatform({ dataDir });
  return {
    ...platform,
    dispose: async () => {
      await platform.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

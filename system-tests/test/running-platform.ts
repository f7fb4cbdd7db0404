import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform, type Platform } from '@carethread/local-stack/platform.ts';
import { afterAll, beforeAll } from '@jest/globals';
import { setStage, type Stage } from '../src/story/stage.ts';

export interface OwnPlatform {
  platform: Platform;
  stage: Stage;
}

let ofThisFile: OwnPlatform | undefined;

/**
 * The whole platform for the tests of one file, and of what it imports, in a folder and on ports of its own, with
 * everybody signed in.
 */
export const ownPlatform = (): OwnPlatform => (ofThisFile ??= startBeforeAll());

function startBeforeAll(): OwnPlatform {
  const own = {} as OwnPlatform;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'carethread-system-'));
    own.platform = await startPlatform({ dataDir });
    own.stage = await setStage(own.platform.url, () => {});
  }, 600_000);
  afterAll(async () => {
    await own.stage?.close();
    await own.platform?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  return own;
}

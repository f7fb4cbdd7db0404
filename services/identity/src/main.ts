import { runProcess } from '@carethread/service-kit/run-process.ts';
import { readIdentityConfig } from './config.ts';
import { createIdentityService } from './service.ts';

await runProcess(() => createIdentityService(readIdentityConfig()));

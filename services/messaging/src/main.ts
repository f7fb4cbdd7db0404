import { runProcess } from '@carethread/service-kit/run-process.ts';
import { messagingConfig } from './config.ts';
import { createMessagingService } from './service.ts';

await runProcess(() => createMessagingService(messagingConfig(process.env)));

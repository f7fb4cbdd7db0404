import { readConfig } from '@carethread/service-kit/config.ts';
import { runProcess } from '@carethread/service-kit/run-process.ts';
import { paymentsConfig } from './config.ts';
import { createPaymentsService } from './service.ts';

await runProcess(() => createPaymentsService(readConfig(paymentsConfig)));

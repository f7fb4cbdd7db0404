import { runProcess } from '@carethread/service-kit/run-process.ts';
import { prescriptionsConfig } from './config.ts';
import { createPrescriptionsService } from './service.ts';

await runProcess(() => createPrescriptionsService(prescriptionsConfig(process.env)));

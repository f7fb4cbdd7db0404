import { readConfig } from '@carethread/service-kit/config.ts';
import { runProcess } from '@carethread/service-kit/run-process.ts';
import { ticketsConfig } from './config.ts';
import { createTicketsService } from './service.ts';

await runProcess(() => createTicketsService(readConfig(ticketsConfig)));

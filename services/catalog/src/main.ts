import { runProcess } from '@carethread/service-kit/run-process.ts';
import { readCatalogConfig } from './config.ts';
import { createCatalogService } from './service.ts';

await runProcess(() => createCatalogService(readCatalogConfig()));

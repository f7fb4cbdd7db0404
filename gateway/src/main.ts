import { runProcess } from '@carethread/service-kit/run-process.ts';
import { readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';

await runProcess(() => createGateway(readGatewayConfig(process.env)));

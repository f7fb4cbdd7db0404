import { readConfig, type ServiceConfig, serviceConfig } from '@carethread/service-kit/config.ts';

/** What messaging reads from the environment: what every service does. Throws one error that names every problem. */
export const messagingConfig = (env: Record<string, string | undefined>): ServiceConfig =>
  readConfig(serviceConfig, env);

import { readConfig, type ServiceConfig, serviceConfig } from '@carethread/service-kit/config.ts';
import { z } from 'zod';

/** The only login that may write schema reference: for the task that publishes a release, and for commands. */
const adminConfig = { CATALOG_ADMIN_DATABASE_URL: serviceConfig.DATABASE_URL };
export const catalogConfig = { ...serviceConfig, ...adminConfig };
export type CatalogConfig = ServiceConfig & { CATALOG_ADMIN_DATABASE_URL: string };

/** The environment as this service's configuration. Throws one ConfigError that names every problem. */
export const readCatalogConfig = (env: Record<string, string | undefined> = process.env) =>
  readConfig(catalogConfig, env);

/** What the commands that make a release need. */
export const readAdminConfig = (env: Record<string, string | undefined> = process.env) =>
  readConfig(adminConfig, env);

/** Where reports of imports are written when nobody says where: the platform's data folder. */
export const readReportConfig = (env: Record<string, string | undefined> = process.env) =>
  readConfig({ DATA_DIR: z.string().default('.carethread') }, env);
/** What commands need that read stored screenings. */
const workerConfig = { WORKER_DATABASE_URL: serviceConfig.WORKER_DATABASE_URL };
export const readWorkerConfig = (env: Record<string, string | undefined> = process.env) =>
  readConfig(workerConfig, env);

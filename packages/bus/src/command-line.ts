import { type ServiceName, serviceNames } from '@carethread/contracts/define-event.ts';

/** The person at the keyboard asked for something that cannot be. */
export class UsageError extends Error {}

export type Command = (args: string[], env: NodeJS.ProcessEnv) => Promise<void>;

/** Runs a command; a mistake in its arguments prints the usage and ends with exit code 2. */
export async function runCommand(command: Command, usage: string): Promise<void> {
  const args = process.argv.slice(2);
  if (args.length === 0 || args.includes('--help')) {
    console.log(usage);
    return;
  }
  try {
    await command(args, process.env);
  } catch (error) {
    const isUsage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    console.error(isUsage ? `${(error as Error).message}\n\n${usage}` : error);
    process.exitCode = isUsage ? 2 : 1;
  }
}

export function readService(name: string | undefined): ServiceName {
  const service = serviceNames.find((known) => known === name);
  if (!service) throw new UsageError(`Name the service with --service: one of ${serviceNames.join(', ')}.`);
  return service;
}

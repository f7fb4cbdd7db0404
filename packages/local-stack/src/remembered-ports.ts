import { readFile, writeFile } from 'node:fs/promises';
import { freePorts, isPortFree } from './free-port.ts';

/** Ports by name, the same as last time wherever they are still free. Kept in a JSON file. */
export async function rememberedPorts<Name extends string>(
  file: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const known = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<Record<Name, number>>;
  const fresh = await freePorts(names.length);
  const chosen = await Promise.all(
    names.map(async (name, index) => {
      const port = known[name];
      return [name, port !== undefined && (await isPortFree(port)) ? port : fresh[index]!] as const;
    }),
  );
  const ports = Object.fromEntries(chosen) as Record<Name, number>;
  await writeFile(file, `${JSON.stringify(ports, null, 2)}\n`);
  return ports;
}

import { readFileSync } from 'node:fs';
import { Client, type Data } from '../../src/client.ts';

/** Runs the README's tour as a reader would: each block as the person it names, ids filled in from earlier answers. */
export async function walkTheTour(url: string): Promise<Data[]> {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/```graphql\n# as (\S+)\n([\s\S]*?)```/g)];
  const ids: Record<string, string> = {};
  const answers: Data[] = [];
  for (const [, who, text] of blocks) {
    const client = who === 'nobody' ? new Client(url) : await Client.signIn(url, who!);
    const data = await client.do(text!.replace(/(TICKET|PRESCRIPTION)_ID/g, (name) => ids[name] ?? name));
    ids['TICKET_ID'] ??= data['openTicket']?.ticket.id;
    ids['PRESCRIPTION_ID'] ??= data['draftPrescription']?.prescription.id;
    answers.push(data);
  }
  return answers;
}

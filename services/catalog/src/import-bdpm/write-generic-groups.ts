import type { Tx } from '@carethread/bus/transaction.ts';
import type { Listener } from '../importing/listener.ts';
import { readTable } from '../importing/read-table.ts';
import { cisProductId } from '../release/product-id.ts';
import { type GenericGroupMemberRow, type GenericGroupRow, insertRows } from '../release/rows.ts';
import { columns, fileNames } from './bdpm-files.ts';

const kinds: Record<string, GenericGroupMemberRow['kind']> = {
  '0': 'reference',
  '1': 'generic',
  '2': 'dose_complement',
  '4': 'substitutable',
};

/** Writes CIS_GENER_bdpm into a release: who may be handed over for whom. Answers how many groups there are. */
export async function writeGenericGroups(
  tx: Tx,
  release: string,
  file: string,
  products: ReadonlySet<string>,
  listener: Listener,
): Promise<number> {
  const key = { release_id: release, origin: 'bdpm' as const };
  const groups = new Map<string, GenericGroupRow>();
  const members = new Map<string, GenericGroupMemberRow>();
  for await (const row of readTable(file, columns.generics, { ...listener, headless: true })) {
    const skip = (text: string) =>
      listener.onLine({ kind: 'skipped', file: fileNames.generics, line: row.line, text });
    if ('problem' in row) {
      skip(row.problem);
      continue;
    }
    const { code = '', label = '', cis = '', kind: number = '' } = row.fields;
    const kind = kinds[number];
    if (!/^\d+$/.test(code)) skip(`"${code}" is no group`);
    else if (!kind) skip(`${code}: "${number}" is no kind of member`);
    else if (!products.has(cis)) skip(`${code}: its product ${cis} was not taken`);
    else if (members.has(`${code} ${cis}`)) skip(`${code}: ${cis} was there before`);
    else {
      groups.set(code, { ...key, code, name: label });
      members.set(`${code} ${cis}`, { ...key, group_code: code, product_id: cisProductId(cis), kind });
    }
  }
  await insertRows(tx, 'generic_group', [...groups.values()]);
  await insertRows(tx, 'generic_group_member', [...members.values()]);
  return groups.size;
}

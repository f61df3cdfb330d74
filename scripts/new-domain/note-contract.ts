import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { snapshotOf } from '../../packages/host/tests/contract-snapshots/snapshot.ts'
import type { Contract } from '../../packages/kernel/src/index.ts'

/** Notes the contract of a new domain, as later releases of it are compared with. Its packages have to be linked by now. */
export const noteContract = async (root: string, domain: string): Promise<string> => {
  const entry: Record<string, unknown> = await import(join(root, `packages/${domain}-contract/src/index.ts`))
  const contract = entry[`${domain}Contract`]
  if (!isContract(contract)) throw new Error(`@plinth/${domain}-contract does not export ${domain}Contract`)
  const path = `packages/host/tests/contract-snapshots/${domain}.json`
  writeFileSync(join(root, path), `${JSON.stringify(snapshotOf(contract), undefined, 2)}\n`)
  return path
}

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'operations' in value && 'events' in value

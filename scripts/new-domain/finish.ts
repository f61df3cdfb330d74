import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { snapshotOf } from '../../packages/host/tests/contract-snapshots/snapshot.ts'
import type { Contract } from '../../packages/kernel/src/index.ts'
import type { Generated } from './generate.ts'
import { run } from './run.ts'

/**
 * Does for a generated domain what follows from its code: notes its contract, as later releases of it are compared with;
 * draws the map; and formats what was written. Its packages have to be linked by now.
 */
export const finish = async (root: string, { domain, added, changed }: Generated): Promise<void> => {
  const contract = await contractOf(root, domain)
  writeFileSync(
    join(root, `packages/host/tests/contract-snapshots/${domain}.json`),
    `${JSON.stringify(snapshotOf(contract), undefined, 2)}\n`,
  )
  run(root, process.execPath, ['scripts/map/main.ts'])
  const sources = [...added, ...changed].filter(path => /\.(ts|json|md)$/.test(path))
  const biome = join(root, 'node_modules', '.bin', 'biome')
  run(root, biome, ['check', '--write', '--log-level=error', ...sources])
}

const contractOf = async (root: string, domain: string): Promise<Contract> => {
  const entry: Record<string, unknown> = await import(join(root, `packages/${domain}-contract/src/index.ts`))
  const contract = entry[`${domain}Contract`]
  if (!isContract(contract)) throw new Error(`@plinth/${domain}-contract does not export ${domain}Contract`)
  return contract
}

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'operations' in value && 'events' in value

import { local, newId, permissionsOf, type User } from '@plinth/kernel'
import { connectPostgres, migrate, migrationsOf } from '@plinth/postgres'
import { shipmentsContract } from '@plinth/shipments-contract'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import { createShipments } from '../src/index.ts'

/** Somebody who is signed in. */
export const aUser = (roles: readonly string[] = ['user']): User => ({
  kind: 'user',
  id: newId<'User'>(),
  roles,
  permissions: permissionsOf(roles, Object.values(shipmentsContract.permissions)),
})

/** Shipments by themselves, over a database in which they have their own role alone. */
export const givenShipments = async () => {
  const migrations = [migrationsOf('shipments', import.meta.url), migrationsOf('gateway', import.meta.url)]
  const own = await createTestDatabase({
    name: 'shipments',
    migrate: {
      key: 'shipments',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
  const pool = connectPostgres({ url: own.url, role: 'plinth_shipments', logger: silentLogger })
  const shipments = createShipments({ pool })
  return {
    url: own.url,
    shipments,
    call: local(shipmentsContract, shipments.operations, { strict: true }),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenShipments}. */
export type Given = Awaited<ReturnType<typeof givenShipments>>

import { type Migrations, migrationsOf } from '@plinth/postgres'

/** The tables of the schema `gateway`: idempotency keys. */
export const gatewayMigrations: Migrations = migrationsOf('gateway', import.meta.url)

import { type Migrations, migrationsOf } from '@plinth/postgres'

/** The tables of the schema `messaging`: the PostgreSQL broker's, and the dead letters of every broker. */
export const messagingMigrations: Migrations = migrationsOf('messaging', import.meta.url)

import { join } from 'node:path'
import { testConfig } from '@plinth/testing/setup'
import { mergeConfig } from 'vitest/config'
import { turnOf } from './src/topologies.ts'

// So many processes want more connections than a server that others use, too, may have: the drill has its own.
delete process.env.TEST_DATABASE_URL

const told = process.env.PLINTH_TEST_TOPOLOGY
const topology = told ?? turnOf(new Date())
/** The test run of the api has its own turn of these. */
const killed =
  told !== undefined && /all|cart|catalog|payments/.test(told) ? ['tests/killed-apart.test.ts'] : []

// The tests of the api, as they are.
export default mergeConfig(
  testConfig({
    services: ['postgres', 'redis', 'rabbitmq'],
    include: ['tests/journey*.test.ts', 'tests/contention.test.ts', ...killed],
  }),
  {
    root: join(import.meta.dirname, '..', 'api'),
    test: {
      // Stands before each file; the same again is `pnpm drill` with that topology.
      name: `outside: ${topology}`,
      env: { PLINTH_TEST_TOPOLOGY: topology },
      // Each test has a shop of up to twenty-one processes.
      maxWorkers: 1,
      testTimeout: 240_000,
      hookTimeout: 300_000,
    },
  },
)

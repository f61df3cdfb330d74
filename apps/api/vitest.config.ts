import { testConfig } from '@plinth/testing/setup'
import { mergeConfig } from 'vitest/config'

// A host is a process with a database, and the tests of a file share one: two files at a time are as much as two cores carry.
export default mergeConfig(testConfig({ services: ['postgres', 'redis', 'rabbitmq'] }), {
  test: { testTimeout: 60_000, hookTimeout: 60_000 },
})

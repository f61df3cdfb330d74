import { testConfig } from '@plinth/testing/setup'
import { mergeConfig } from 'vitest/config'

export default mergeConfig(testConfig({ services: ['postgres', 'redis', 'rabbitmq'] }), {
  test: {
    // The longest of them mostly wait: for the last try of a refund.
    maxWorkers: 3,
    // Hosts are processes of their own: what takes seconds takes a minute where others are at work, too.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
})

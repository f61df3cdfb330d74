import { testConfig } from '@plinth/testing/setup'
import { mergeConfig } from 'vitest/config'

// Hosts are processes of their own: what takes seconds takes a minute where others are at work, too.
export default mergeConfig(testConfig({ services: ['postgres', 'redis', 'rabbitmq'] }), {
  test: { testTimeout: 120_000, hookTimeout: 180_000 },
})

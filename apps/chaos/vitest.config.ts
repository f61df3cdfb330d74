import { testConfig } from '@plinth/testing/setup'
import { mergeConfig } from 'vitest/config'

export default mergeConfig(testConfig({ services: ['postgres', 'redis', 'rabbitmq'] }), {
  test: { testTimeout: 240_000, hookTimeout: 180_000 },
})

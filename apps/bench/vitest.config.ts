import { testConfig } from '@plinth/testing/setup'
import { mergeConfig } from 'vitest/config'

export default mergeConfig(testConfig({ services: ['postgres'] }), {
  test: { testTimeout: 120_000, hookTimeout: 240_000 },
})

import { testConfig } from '@plinth/testing/setup'
import { mergeConfig } from 'vitest/config'

/** Nothing here leaves anything behind in its process, so the files may share one. */
export default mergeConfig(testConfig({ services: ['postgres'] }), { test: { isolate: false } })

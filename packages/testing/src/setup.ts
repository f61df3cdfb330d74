import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { namesSecondTries } from './second-tries.ts'
import type { ServiceName } from './services.ts'

export { secondTry } from './second-tries.ts'
export type { Service, ServiceName, TestServices } from './services.ts'
export { describeService, serviceKinds, serviceNames, startTestServices } from './services.ts'

/**
 * A package's vitest configuration: the defaults all share, and the services its tests need, found or
 * started once for the run. A package whose tests need none leaves `services` out. `include` is for tests that lie
 * elsewhere than in `src/` and `tests/`.
 *
 * In CI a test that fails is tried once more, as a crowded machine can hold any process up for seconds; the run names
 * in its closing lines whatever passed only then.
 */
export function testConfig({
  services = [],
  include = ['src/**/*.test.ts', 'tests/**/*.test.ts'],
}: {
  services?: readonly ServiceName[]
  include?: string[]
} = {}): ViteUserConfig {
  return defineConfig({
    test: {
      include,
      globalSetup: services.length > 0 ? [fileURLToPath(new URL('./global-setup.ts', import.meta.url))] : [],
      provide: { plinthWanted: services },
      pool: 'forks',
      maxWorkers: 2,
      testTimeout: 60_000,
      expect: { poll: { timeout: 20_000 } },
      retry: process.env.CI ? 1 : 0,
      reporters: ['default', namesSecondTries],
      hookTimeout: 60_000,
      teardownTimeout: 20_000,
      watch: false,
    },
  })
}

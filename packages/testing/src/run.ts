import { describe, inject } from 'vitest'
import type { TestRun } from './global-setup.ts'
import { type ServiceName, serviceKinds } from './services.ts'

/** The run this test file is part of. Throws outside of one that `testConfig` configured with services. */
export function currentRun(): TestRun {
  const run: TestRun | undefined = inject('plinthRun')
  if (run === undefined)
    throw new Error('No services here: name them in vitest.config.ts, testConfig({ services: [...] })')
  return run
}

/** The URL of a service, or undefined when it is absent here. Throws if the configuration did not ask for it. */
export function serviceUrl(name: ServiceName): string | undefined {
  const service = currentRun().services[name]
  if (!service) throw new Error(`Add '${name}' to testConfig({ services }) in vitest.config.ts`)
  return service.origin === 'absent' ? undefined : service.url
}

/**
 * A `describe` over a service that may be absent: its tests are then skipped, and its title says why.
 * `body` gets the service's URL.
 */
export function describeWith(name: ServiceName, title: string, body: (url: string) => void): void {
  const url = serviceUrl(name)
  if (url === undefined)
    describe.skip(`${title} (no ${serviceKinds[name].title} here)`, () => body('absent:'))
  else describe(title, () => body(url))
}

import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { removeKeys, runNamespace } from './namespace.ts'
import {
  describeService,
  type Service,
  type ServiceName,
  serviceNames,
  startTestServices,
} from './services.ts'
import { dropLeftovers } from './test-database.ts'

/** What a run hands to its test files. */
export type TestRun = {
  /** Part of the name of everything this run makes in a service. */
  id: string
  services: Partial<Record<ServiceName, Service>>
}

declare module 'vitest' {
  interface ProvidedContext {
    plinthWanted: readonly ServiceName[]
    plinthRun: TestRun
  }
}

/** Vitest's global setup: brings up what `testConfig` was asked for, and gives its teardown. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const wanted = project.config.provide.plinthWanted ?? []
  const services = await startTestServices(wanted)
  const shared = process.env.PLINTH_TEST_SERVICES !== undefined
  for (const name of serviceNames) {
    const service = services.found[name]
    if (service && (!shared || service.origin === 'absent')) console.log(describeService(name, service))
  }
  const id = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`
  project.provide('plinthRun', { id, services: services.found })
  return async () => {
    try {
      await removeTraces(services.found, id)
    } finally {
      await services[Symbol.asyncDispose]()
    }
  }
}

/** From services that outlive the run; a private one goes with all it has. */
async function removeTraces({ postgres, redis }: TestRun['services'], runId: string): Promise<void> {
  if (postgres?.origin === 'url') await dropLeftovers(postgres.url, runId)
  if (redis?.origin === 'url') await removeKeys(redis.url, runNamespace(runId))
}

import { createRecorder, type Protocol, type Recorder, type RecordingProxy } from '@plinth/testing'
import { type Dependency, openWorld, type World, type WorldOptions } from '../world.ts'

/** A world of one host, and everything between it and what it depends on numbered. */
export interface RecordedWorld extends World<RecordingProxy> {
  readonly recorder: Recorder
}

const protocols: Readonly<Record<Dependency, Protocol>> = {
  postgres: 'postgres',
  redis: 'redis',
  rabbitmq: 'amqp',
  smtp: 'smtp',
  provider: 'http',
}

/** Opens one. */
export const openRecordedWorld = async (
  services: WorldOptions<RecordingProxy>['services'],
): Promise<RecordedWorld> => {
  const recorder = createRecorder()
  const world = await openWorld({
    services,
    between: (dependency, url) => recorder.between(dependency, protocols[dependency], url),
  })
  return { ...world, recorder }
}

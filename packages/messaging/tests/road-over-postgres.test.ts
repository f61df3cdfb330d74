import { silentLogger } from '@plinth/telemetry'
import { createPostgresBroker } from '../src/index.ts'
import { describeDeadLetters } from './dead-letters.ts'
import type { OpenBroker } from './open-shop.ts'
import { describeRoad } from './road.ts'

const open: OpenBroker = async (pool, namespace) =>
  createPostgresBroker({ pool, namespace, logger: silentLogger, delaysMs: [100, 200] })

describeRoad('PostgreSQL', open)
describeDeadLetters('PostgreSQL', open)

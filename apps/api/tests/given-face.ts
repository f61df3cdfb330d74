import {
  createPublicFace,
  layFoundations,
  layGround,
  openConnections,
  type PrivateJwk,
  readConfig,
} from '@plinth/host'
import { createMetrics, silentLogger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import { compose } from '../src/compose.ts'
import { dataFolder } from './host-process.ts'

/** See {@link givenFace}. */
export interface Face extends AsyncDisposable {
  readonly app: FastifyInstance
  /** What access tokens are signed with. */
  readonly key: PrivateJwk
}

/** The public face of the whole shop, with nothing behind it that can be reached: for what it says of itself. */
export const givenFace = async (publicUrl: string): Promise<Face> => {
  await using stack = new AsyncDisposableStack()
  const data = stack.use(await dataFolder())
  const config = readConfig({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    SMTP_URL: 'smtp://127.0.0.1:1',
    PUBLIC_URL: publicUrl,
    DATA_DIR: data.path,
  })
  const logger = silentLogger
  const metrics = createMetrics()
  const foundations = stack.use(await layFoundations(config, () => undefined))
  const connections = stack.use(
    openConnections(config, { databaseUrl: foundations.databaseUrl, logger, metrics }),
  )
  const listChanges = async () => []
  const ground = stack.use(layGround(config, { foundations, connections, logger, metrics, listChanges }))
  await ground.standing.learn()
  const shop = compose(ground)
  const { neighbours, pool, standing } = ground
  const { app } = await createPublicFace(
    {
      ...{ config, connections, pool, standing, logger, metrics },
      users: shop.users,
      tokens: neighbours.tokens,
      needs: { neighbours: neighbours.all, required: [] },
      isStopping: () => false,
    },
    shop.domains,
    { inside: undefined },
  )
  await shop.serve(app)
  stack.defer(() => app.close())
  await app.ready()
  const [key] = foundations.keys
  if (key === undefined) throw new Error('there is a key')
  const kept = stack.move()
  return { app, key, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

import { layFoundations, openConnections, type PrivateJwk, readConfig } from '@plinth/host'
import { createMetrics, silentLogger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import { compose } from '../src/compose.ts'
import { createFace } from '../src/gateway.ts'
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
    DATA_DIR: data.path,
  })
  const logger = silentLogger
  const metrics = createMetrics()
  const foundations = stack.use(await layFoundations(config, () => undefined))
  const connections = stack.use(
    openConnections(config, { databaseUrl: foundations.databaseUrl, logger, metrics }),
  )
  const shop = compose({ config, foundations, connections, logger, metrics, publicUrl })
  const { app } = await createFace({
    config,
    connections,
    shop,
    logger,
    metrics,
    publicUrl,
    isStopping: () => false,
  })
  stack.defer(() => app.close())
  await app.ready()
  const [key] = foundations.keys
  if (key === undefined) throw new Error('there is a key')
  const kept = stack.move()
  return { app, key, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

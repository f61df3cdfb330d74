import {
  type LaidGround,
  layFoundations,
  layGround,
  openConnections,
  type Place,
  readConfig,
} from '@plinth/host'
import { createMetrics, silentLogger } from '@plinth/telemetry'

/** What a host calls its neighbours with, and knows them by, with nothing else behind it that is reached. */
export const groundFor = async (
  env: Readonly<Record<string, string>>,
  place: Place,
): Promise<AsyncDisposable & Pick<LaidGround, 'neighbours'>> => {
  await using stack = new AsyncDisposableStack()
  const config = readConfig(
    { ...env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', SMTP_URL: 'smtp://127.0.0.1:1' },
    place,
  )
  const [logger, metrics] = [silentLogger, createMetrics()]
  const foundations = stack.use(await layFoundations(config, () => undefined, place))
  const { databaseUrl } = foundations
  const connections = stack.use(openConnections(config, { databaseUrl, place, logger, metrics }))
  const listChanges = async () => []
  const { neighbours } = stack.use(
    layGround(config, { foundations, connections, place, logger, metrics, listChanges }),
  )
  const kept = stack.move()
  return { neighbours, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** The far side alone. */
export const atTheFarSide: Place = { only: 'catalog', calls: [] }

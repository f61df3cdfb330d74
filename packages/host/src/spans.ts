import type { Logger, Spans } from '@plinth/telemetry'
import { type Config, ConfigError } from './config.ts'
import type { Place } from './place.ts'

/** What records the traces of a host, where a collector is configured. Its library is loaded only then. */
export const openSpans = async (
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  logger: Logger,
  { only }: Place,
): Promise<(Spans & AsyncDisposable) | undefined> => {
  if (endpoint === undefined) return undefined
  const { exportSpans } = await import('@plinth/telemetry/otlp').catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new ConfigError([
      'OTEL_EXPORTER_OTLP_ENDPOINT: needs the peers of @plinth/telemetry/otlp, which are not installed',
    ])
  })
  return exportSpans({ endpoint, service: only === undefined ? 'plinth' : `plinth-${only}`, logger })
}

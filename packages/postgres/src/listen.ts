import { type Connection, openConnection, type SessionSettings } from './connection.ts'

/** Ends the interest in a channel. */
export interface Subscription {
  end(): void
}

interface Listening {
  readonly channel: string
  readonly handler: (payload: string) => void
  readonly onListening: (() => void) | undefined
}

/** LISTEN for any number of channels over one connection that is reopened when it is lost. */
export const createListener = (pool: SessionSettings) => {
  // No statement timeout means no watch over a silent connection either, so it is kept.
  const settings: SessionSettings = { ...pool, applicationName: `${pool.applicationName} listener` }
  const all = new Set<Listening>()
  let connection: Connection | undefined
  let opening = false
  let retry: NodeJS.Timeout | undefined
  let beat: NodeJS.Timeout | undefined
  let ended = false

  const open = async () => {
    if (opening || ended || connection?.alive || all.size === 0) return
    opening = true
    try {
      connection = await openConnection(settings, { onNotification: deliver })
      connection.onEnd(again)
      // Whoever joins meanwhile is at the end of the set and has a turn, too.
      for (const listening of all) await subscribe(listening)
    } catch (error) {
      settings.logger.warn({ err: error }, 'listening to PostgreSQL failed')
      connection?.end()
      again()
    } finally {
      opening = false
    }
  }

  const again = () => {
    if (ended) return
    clearTimeout(retry)
    retry = setTimeout(open, retryMs)
    retry.unref()
  }

  const subscribe = async ({ channel, onListening }: Listening) => {
    await connection?.run(`listen "${channel.replaceAll('"', '""')}"`, [], 'script')
    onListening?.()
  }

  const deliver = (channel: string, payload: string) => {
    for (const listening of all) {
      if (listening.channel !== channel) continue
      try {
        listening.handler(payload)
      } catch (error) {
        settings.logger.error({ err: error, channel }, 'a notification handler failed')
      }
    }
  }

  return {
    listen(channel: string, handler: Listening['handler'], onListening?: () => void): Subscription {
      const listening = { channel, handler, onListening }
      all.add(listening)
      if (connection?.alive && !opening) subscribe(listening).catch(again)
      else void open()
      // A connection that only listens would not notice a silent death.
      beat ??= setInterval(() => {
        connection?.run('select 1', [], 'arrays').catch(() => connection?.end())
      }, beatMs).unref()
      return {
        end: () => {
          all.delete(listening)
        },
      }
    },
    end() {
      ended = true
      clearTimeout(retry)
      clearInterval(beat)
      connection?.end()
    },
  }
}

const retryMs = 300
const beatMs = 5_000

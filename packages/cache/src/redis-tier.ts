import { randomUUID } from 'node:crypto'
import { setTimeout as moment } from 'node:timers/promises'
import type { RedisConnection } from './redis-connection.ts'
import { redisKey } from './redis-key.ts'
import { redisScript, runScript } from './redis-script.ts'
import type { SharedTier } from './shared-tier.ts'

/** What the tier in Redis is made with. */
export interface RedisTierDeps {
  readonly redis: RedisConnection
  /** Tells other processes that these keys have changed. */
  readonly changed: (keys: readonly string[]) => Promise<void>
}

/**
 * The tier that lives in Redis. Beside an entry stands its version for a while, a new one with each change,
 * so that what was loaded before a change is not kept after it, whichever process loaded it.
 */
export const createRedisTier = ({ redis, changed }: RedisTierDeps): SharedTier & { close(): void } => {
  const keysOf = (key: string) => [
    redisKey(`${redis.prefix}cache:`, key),
    redisKey(`${redis.prefix}cache-version:`, key),
  ]
  /** Keys whose change Redis has not heard of: what it holds for them is not to be trusted. */
  const unheard = new Set<string>()

  /** Those that are forgotten with the next turn, and the end of it. */
  let gathered: { readonly keys: Set<string>; readonly done: Promise<void> } | undefined

  /** Changes come in swarms: those of a moment go to Redis together. Until it has heard of them they are not read there. */
  const forget = (keys: readonly string[]): Promise<void> => {
    for (const key of keys) mark(key, false)
    if (gathered === undefined) {
      const gathering = new Set<string>()
      const done = moment(gatherMs).then(() => {
        gathered = undefined
        return forgetNow([...gathering])
      })
      gathered = { keys: gathering, done }
    }
    for (const key of keys) gathered.keys.add(key)
    return gathered.done
  }
  const forgetNow = async (keys: readonly string[]) => {
    for (const batch of batches(keys)) {
      const { reached } = await redis.attempt(client =>
        runScript(client, forgetScript, batch.flatMap(keysOf), [randomUUID(), versionLifeMs]),
      )
      for (const key of batch) mark(key, reached)
      if (reached) await changed(batch)
    }
  }
  const fill = async (key: string, text: string, lifeMs: number, version: string, startedAt: number) => {
    const tooLate = performance.now() - startedAt > versionLifeMs / 2
    if (tooLate || text.length > longestText || unheard.has(key)) return false
    const answer = await redis.attempt(client =>
      runScript(client, fillScript, keysOf(key), [version, text, Math.ceil(lifeMs)]),
    )
    return answer.reached && answer.value === 1
  }
  const mark = (key: string, heard: boolean) => {
    if (heard) unheard.delete(key)
    else if (unheard.size < mostUnheard) unheard.add(key)
  }
  const stopListening = redis.onReady(() => {
    if (unheard.size > 0) void forgetNow([...unheard])
  })

  return {
    async read(key, staleMs) {
      if (unheard.has(key)) return undefined
      const startedAt = performance.now()
      const answer = await redis.attempt(client => runScript(client, readScript, keysOf(key), []))
      if (!answer.reached || !Array.isArray(answer.value)) return undefined
      const [text, lifeMs, version]: unknown[] = answer.value
      if (typeof version !== 'string') return undefined
      return {
        fill: (filling, fillingLifeMs) => fill(key, filling, fillingLifeMs, version, startedAt),
        ...(typeof text === 'string' &&
          typeof lifeMs === 'number' &&
          lifeMs > 0 && { entry: { text, freshMs: lifeMs - staleMs } }),
      }
    },
    async put(key, text, lifeMs) {
      if (text.length > longestText) return forget([key])
      const { reached } = await redis.attempt(client =>
        runScript(client, putScript, keysOf(key), [randomUUID(), versionLifeMs, text, Math.ceil(lifeMs)]),
      )
      mark(key, reached)
      if (reached) await changed([key])
    },
    forget,
    close: stopListening,
  }
}

/** Milliseconds for which changes are gathered: other replicas hear of them that much later. */
const gatherMs = 10
/** How long a version is remembered; a load that takes half of it is not kept. */
const versionLifeMs = 600_000
/** Characters; what is longer would take a good part of the time that a use of Redis may take. */
const longestText = 512 * 1024
/** Beyond these, entries that Redis did not hear about live out their time. */
const mostUnheard = 10_000

const readScript = redisScript(`
  return { redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]), redis.call('GET', KEYS[2]) or '' }
`)

const fillScript = redisScript(`
  if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
`)

const putScript = redisScript(`
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  return 1
`)

const forgetScript = redisScript(`
  for i = 1, #KEYS, 2 do
    redis.call('SET', KEYS[i + 1], ARGV[1], 'PX', ARGV[2])
    redis.call('DEL', KEYS[i])
  end
  return 1
`)

const batches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / 100) }, (_, index) =>
    items.slice(index * 100, index * 100 + 100),
  )

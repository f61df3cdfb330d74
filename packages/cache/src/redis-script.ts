import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

/** Lua that Redis runs as one step. */
export interface RedisScript {
  readonly lua: string
  readonly sha1: string
}

/** A Lua script with the hash that Redis knows it by. */
export const redisScript = (lua: string): RedisScript => ({
  lua,
  sha1: createHash('sha1').update(lua).digest('hex'),
})

/** One round trip, or two where Redis does not know the script yet; then it has not run. */
export const runScript = async (
  client: Redis,
  script: RedisScript,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> => {
  try {
    return await client.evalsha(script.sha1, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return await client.eval(script.lua, keys.length, ...keys, ...args)
  }
}

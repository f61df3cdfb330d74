import type { TakeShared } from './rate-limit-leases.ts'
import { createSharedRateLimiter, type RateLimiter, type RateLimiterOptions } from './rate-limiter.ts'
import type { RedisConnection } from './redis-connection.ts'
import { redisKey } from './redis-key.ts'
import { redisScript, runScript } from './redis-script.ts'
import { verdict } from './sliding-window.ts'

/** What the limiter over Redis is made with. */
export interface RedisRateLimiterOptions extends RateLimiterOptions {
  /** Where all replicas count together, by its clock. */
  readonly redis: RedisConnection
}

/**
 * A limiter whose buckets all replicas share. While Redis is away each process applies the same limits by
 * itself, beginning with empty buckets: never no limit, never an error.
 */
export const createRedisRateLimiter = ({ redis, ...options }: RedisRateLimiterOptions): RateLimiter =>
  createSharedRateLimiter(countedIn(redis), options)

/** Counts in Redis, one round trip a decision; undefined where it cannot be reached. */
const countedIn =
  (redis: RedisConnection): TakeShared =>
  async (key, { limit, windowMs }, cost) => {
    const bucket = redisKey(`${redis.prefix}limit:`, key)
    const answer = await redis.attempt(client => runScript(client, script, [bucket], [limit, windowMs, cost]))
    if (!answer.reached || !Array.isArray(answer.value)) return undefined
    const [allowed, taken, roomInMs, emptyInMs]: number[] = answer.value.map(Number)
    if (taken === undefined || roomInMs === undefined || emptyInMs === undefined) return undefined
    return verdict(limit, { allowed: allowed === 1, taken, roomInMs, emptyInMs })
  }

/**
 * `decide` in Lua: a list of the times, in milliseconds, at which units were taken, oldest first. It is as
 * long as the limit at most and ends with its window. A clock set back counts as standing still.
 */
const script = redisScript(`
  local limit, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local clock = redis.call('TIME')
  local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
  now = math.max(now, tonumber(redis.call('LINDEX', KEYS[1], -1) or 0))
  local oldest = redis.call('LINDEX', KEYS[1], 0)
  while oldest and tonumber(oldest) <= now - window do
    redis.call('LPOP', KEYS[1])
    oldest = redis.call('LINDEX', KEYS[1], 0)
  end
  if cost < 0 then redis.call('RPOP', KEYS[1], -cost) end
  local taken = redis.call('LLEN', KEYS[1])
  local wanted = math.max(cost, 1)
  local allowed = taken + wanted <= limit
  if allowed and cost > 0 then
    local time, units = string.format('%.0f', now), {}
    for unit = 1, cost do
      units[#units + 1] = time
      if #units == 1000 or unit == cost then
        redis.call('RPUSH', KEYS[1], unpack(units))
        units = {}
      end
    end
    redis.call('PEXPIRE', KEYS[1], window)
    taken = taken + cost
  end
  local index = taken + wanted - limit - 1
  local room = index >= 0 and redis.call('LINDEX', KEYS[1], index) or now
  local latest = redis.call('LINDEX', KEYS[1], -1) or now - window
  return { allowed and 1 or 0, taken, tonumber(room) + window - now, tonumber(latest) + window - now }
`)

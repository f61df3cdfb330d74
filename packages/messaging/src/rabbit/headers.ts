import { z } from 'zod'
import type { Progress } from '../retry.ts'

/** The headers of a message that goes back to its queue for another attempt. */
export const retryHeaders = ({ failures, postponements }: Progress) => ({
  [failuresHeader]: failures,
  [postponementsHeader]: postponements,
})

/** The headers of a message that goes to the dead letters. */
export const deadHeaders = (queue: string, error: string, attempts: number) => ({
  [queueHeader]: queue,
  [errorHeader]: oneLine(error),
  [attemptsHeader]: attempts,
})

/** The header of the copy for outsiders: the queues that have a copy of their own, by their names on the server. */
export const addressedHeaders = (queues: readonly string[]) => ({ [addressedHeader]: queues })

/** Whether a queue has a copy of its own of the message with these headers. */
export const isAddressed = (headers: unknown, queue: string): boolean =>
  addressed.safeParse(headers).data?.[addressedHeader].includes(queue) === true

/** How far a message has come, out of its headers. */
export const progressIn = (headers: unknown): Progress => {
  const read = progress.safeParse(headers ?? {})
  return {
    failures: read.data?.[failuresHeader] ?? 0,
    postponements: read.data?.[postponementsHeader] ?? 0,
  }
}

/** What a dead message's headers tell. */
export interface Death {
  /** The queue's name on the server; undefined for what never went through a consumer's queue. */
  readonly queue: string | undefined
  readonly error: string
  readonly attempts: number
}

/** Reads the headers of a dead message: ours, or the server's when it gave up handing it out. */
export const deathIn = (headers: unknown): Death => {
  const ours = buried.safeParse(headers)
  if (ours.success) {
    const { [queueHeader]: queue, [errorHeader]: error, [attemptsHeader]: attempts } = ours.data
    return { queue, error, attempts }
  }
  const death = crashed.safeParse(headers).data?.['x-death'][0]
  const { failures } = progressIn(headers)
  return {
    queue: death?.queue,
    error: death === undefined ? 'it came without a reason' : `no verdict: ${death.reason}`,
    attempts: failures + 1,
  }
}

const queueHeader = 'plinth-queue'
const errorHeader = 'plinth-error'
const attemptsHeader = 'plinth-attempts'
const failuresHeader = 'plinth-failures'
const postponementsHeader = 'plinth-postponements'
const addressedHeader = 'plinth-addressed'

const count = z.int().min(0)
const progress = z.object({ [failuresHeader]: count.optional(), [postponementsHeader]: count.optional() })
const addressed = z.object({ [addressedHeader]: z.array(z.string()) })
const buried = z.object({ [queueHeader]: z.string(), [errorHeader]: z.string(), [attemptsHeader]: count })
const crashed = z.object({ 'x-death': z.array(z.object({ queue: z.string(), reason: z.string() })) })

const oneLine = (error: string) => error.replaceAll(/\s+/g, ' ').slice(0, 1_000)

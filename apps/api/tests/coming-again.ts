import { setTimeout } from 'node:timers/promises'
import { eventually } from '@plinth/testing'
import { z } from 'zod'
import type { Answer } from './client.ts'

/**
 * Asks as a client does that does not give up: told to come again, and when, it does. Gives the first answer that says
 * something else.
 */
export const comingAgain = (
  ask: () => Promise<Answer>,
  { isYetToCome = never, within = 60_000 }: Patience = {},
): Promise<Answer> =>
  eventually(
    async () => {
      const answer = await ask()
      const seconds = Number(answer.headers.get('retry-after'))
      const isTold = seconds > 0 && comeAgain.safeParse(answer.json).success
      if (!isYetToCome(answer) && !isTold) return answer
      // Not all of them at the same moment again.
      await setTimeout(seconds * 1000 * (1 + Math.random() / 2))
      throw new Error(`no answer yet but ${answer.status}: ${answer.text}`)
    },
    { within, every: 250 },
  )

/** How long to come again, and for what besides. */
interface Patience {
  readonly isYetToCome?: (answer: Answer) => boolean
  readonly within?: number
}

const never = () => false

const comeAgain = z.object({ code: z.enum(['unavailable', 'idempotency_in_progress']) })

import { hash, verify } from '@node-rs/argon2'
import { Unavailable } from '@plinth/kernel'

/** Hashes passwords and checks them, off the event loop. */
export interface PasswordHasher {
  readonly hash: (password: string) => Promise<string>
  /** Checks against a hash; without one it takes the same time and says no. */
  readonly verify: (password: string, hash: string | undefined) => Promise<boolean>
}

/** argon2id, the library's default, with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, first choice of parameters). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * The hasher. It runs so many hashes at a time and lets so many wait; whoever comes then is told to come
 * back, so that a flood of sign-ins costs neither the memory nor the processor of the shop.
 */
export const createHasher = ({
  atOnce,
  waiting,
}: {
  readonly atOnce: number
  readonly waiting: number
}): PasswordHasher => {
  const inTurn = createTurnstile(atOnce, waiting)
  let decoy: Promise<string> | undefined
  return {
    hash: password => inTurn(() => hash(password, parameters)),
    verify: async (password, known) => {
      decoy ??= hash('nobody has this password', parameters)
      const against = known ?? (await decoy)
      const fits = await inTurn(() => verify(against, password))
      return fits && known !== undefined
    },
  }
}

const createTurnstile = (atOnce: number, waiting: number) => {
  let running = 0
  const queue: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (queue.length >= waiting)
        throw Unavailable('Too many people are signing in right now. Try again in a moment.')
      await new Promise<void>(resolve => queue.push(resolve))
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

import type { TxContext } from '@plinth/kernel'
import { createHashingThreads } from './hashing-threads.ts'
import { createTurnstile } from './turnstile.ts'

/** Hashes passwords and checks them, off the event loop. */
export interface PasswordHasher {
  readonly hash: (context: TxContext, password: string) => Promise<string>
  /** Checks against a hash; without one it takes the same time and says no. */
  readonly verify: (context: TxContext, password: string, hash: string | undefined) => Promise<boolean>
}

/** How many passwords are hashed at a time, and how many requests may wait for it. */
export interface HashingSettings {
  readonly atOnce: number
  readonly waiting: number
}

/** What stands in for the hash of an account there is not: of the same cost (see hashing-thread.ts), of a password that nobody knows. */
const decoy =
  '$argon2id$v=19$m=19456,t=2,p=1$u7sLOKQIQr9pls61ffMsEw$z08kNub6K1d3TmVM8Ki5w9drXvtqk1VtyznF8hsHhM4'

/** The hasher. Its turnstile keeps a flood of sign-ins from taking the memory and the processors of the shop. */
export const createHasher = ({ atOnce, waiting }: HashingSettings): PasswordHasher => {
  const { pass } = createTurnstile(atOnce, waiting)
  const threads = createHashingThreads()
  return {
    hash: (context, password) => pass(context, () => threads.hash(password)),
    verify: async (context, password, known) => {
      const fits = await pass(context, () => threads.verify(password, known ?? decoy))
      return fits && known !== undefined
    },
  }
}

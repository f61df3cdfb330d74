import { hash, verify } from '@node-rs/argon2'
import type { TxContext } from '@plinth/kernel'
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

/** argon2id, the library's default, with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** What stands in for the hash of an account there is not: of the same cost, of a password that nobody knows. */
const decoy =
  '$argon2id$v=19$m=19456,t=2,p=1$u7sLOKQIQr9pls61ffMsEw$z08kNub6K1d3TmVM8Ki5w9drXvtqk1VtyznF8hsHhM4'

/** The hasher. Its turnstile keeps a flood of sign-ins from taking the memory and the processors of the shop. */
export const createHasher = ({ atOnce, waiting }: HashingSettings): PasswordHasher => {
  const { pass } = createTurnstile(atOnce, waiting)
  return {
    hash: (context, password) => pass(context, () => hash(password, parameters)),
    verify: async (context, password, known) => {
      const fits = await pass(context, () => verify(known ?? decoy, password))
      return fits && known !== undefined
    },
  }
}

import type { AuditTrail } from '@plinth/audit'
import type { Permission } from '@plinth/kernel'
import type { Database, Outbox } from '@plinth/postgres'
import type { AccessChange } from '@plinth/users-contract'
import type { PasswordHasher } from './passwords/hasher.ts'
import type { AccessTokens } from './sessions/access-token.ts'

/** What every use case of users needs. */
export interface UsersDeps {
  readonly database: Database
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly hasher: PasswordHasher
  readonly accessTokens: AccessTokens
  /** Every permission there is: what the roles of a user add up to. */
  readonly permissions: readonly Permission[]
  /** Told of every change that access tokens already issued do not know of, once it is committed. */
  readonly announce: (changes: readonly AccessChange[]) => void
}

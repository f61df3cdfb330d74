import { type Id, type Permission, permissionsOf } from '@plinth/kernel'
import type { Contact, User } from '@plinth/users-contract'

/** A row of `users.account`, without the password. */
export type AccountRow = {
  readonly id: Id<'User'>
  readonly email: string
  readonly name: string
  readonly roles: string[]
  readonly status: User['status']
  readonly email_verified: boolean
  readonly created_at: Date
  /** What its roles hold that the shop defined; see `grantedToAccount`. */
  readonly granted: string[]
}

/** The account as its owner and the admins see it. */
export const showUser = (row: AccountRow, permissions: readonly Permission[]): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  roles: row.roles,
  permissions: permissionsOf(row.roles, permissions, row.granted),
  emailVerified: row.email_verified,
  status: row.status,
  createdAt: row.created_at.toISOString(),
})

/** The account as the mailer sees it. */
export const showContact = ({ id, email, name }: Pick<AccountRow, 'id' | 'email' | 'name'>): Contact => ({
  userId: id,
  email,
  name,
})

/** What e-mail addresses are compared by. */
export const emailKey = (email: string): string => email.normalize('NFC').toLowerCase()

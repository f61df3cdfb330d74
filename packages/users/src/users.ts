import { type AuditTrail, createAuditTrail } from '@plinth/audit'
import { type Implementation, implement, type Permission } from '@plinth/kernel'
import {
  createDatabase,
  createOutbox,
  type Job,
  type Migrations,
  migrationsOf,
  type Outbox,
  type Pool,
} from '@plinth/postgres'
import { type AccessChange, type UsersContract, usersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'
import { endSessionsOfUser, reinstate, setRoles, suspend } from './change-access.ts'
import { changePassword } from './change-password.ts'
import type { UsersDeps } from './deps.ts'
import { ensureAdmin } from './ensure-admin.ts'
import { forgetTokens } from './forget-tokens.ts'
import { getContacts, getMe, getUser, listAdmins } from './get-user.ts'
import { listAccessChanges } from './list-access-changes.ts'
import { listUsers } from './list-users.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { issueMailToken } from './mail-tokens/mail-tokens.ts'
import { noteKeys } from './note-keys.ts'
import { endOtherSessions, endOwnSession, listSessions } from './own-sessions.ts'
import { createHasher, type HashingSettings } from './passwords/hasher.ts'
import { refresh } from './refresh.ts'
import { register } from './register.ts'
import { passwordResetRequests } from './request-password-reset.ts'
import { resetPassword } from './reset-password.ts'
import { createRole, deleteRole, replaceRole } from './roles/define-role.ts'
import { getRole, listPermissions, listRoles } from './roles/list-roles.ts'
import { usersRoutes } from './routes.ts'
import { createAccessTokens, type TokenSettings } from './sessions/access-token.ts'
import { verifyEmail } from './verify-email.ts'

/** What users need from the deployable they run in. */
export interface UsersOptions {
  readonly pool: Pool
  /** Every permission there is, from all contracts. */
  readonly permissions: readonly Permission[]
  readonly settings: {
    readonly tokens: TokenSettings
    /** Two at a time and 200 waiting, unless told otherwise. */
    readonly hashing?: HashingSettings
  }
  /** Told of every change that access tokens already issued do not know of, once it is committed. */
  readonly announce?: (changes: readonly AccessChange[]) => void
}

/** The users domain, ready to be composed. Nothing happens before the host starts its jobs. */
export interface Users {
  readonly operations: Implementation<UsersContract>
  /** A Fastify plugin, for what `createGateway` of `@plinth/http` makes. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly jobs: readonly Job[]
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly migrations: Migrations
}

/** Creates the users domain. */
export const createUsers = ({
  pool,
  permissions,
  settings,
  announce = () => undefined,
}: UsersOptions): Users => {
  const database = createDatabase({ pool, schema: 'users' })
  const outbox = createOutbox({ database, source: usersContract })
  const audit = createAuditTrail(database)
  const accessTokens = createAccessTokens(settings.tokens)
  const hasher = createHasher(settings.hashing ?? { atOnce: 2, waiting: 200 })
  const deps: UsersDeps = { database, outbox, audit, hasher, accessTokens, permissions, announce }
  const resets = passwordResetRequests(deps)
  const operations = implement(usersContract, {
    register: register(deps),
    login: login(deps),
    refresh: refresh(deps),
    logout: logout(deps),
    requestPasswordReset: resets.request,
    resetPassword: resetPassword(deps),
    verifyEmail: verifyEmail(deps),
    getMe: getMe(deps),
    changePassword: changePassword(deps),
    listSessions: listSessions(deps),
    endSession: endOwnSession(deps),
    endOtherSessions: endOtherSessions(deps),
    listUsers: listUsers(deps),
    getUser: getUser(deps),
    setRoles: setRoles(deps),
    suspend: suspend(deps),
    endSessionsOfUser: endSessionsOfUser(deps),
    reinstate: reinstate(deps),
    listPermissions: listPermissions(deps),
    listRoles: listRoles(deps),
    getRole: getRole(deps),
    createRole: createRole(deps),
    replaceRole: replaceRole(deps),
    deleteRole: deleteRole(deps),
    getKeys: async () => ({ keys: accessTokens.publicKeys() }),
    getContacts: getContacts(deps),
    listAdmins: listAdmins(deps),
    issueMailToken: issueMailToken(deps),
    listAccessChanges: listAccessChanges(deps),
    ensureAdmin: ensureAdmin(deps),
    noteKeys: noteKeys(deps),
  })
  return {
    operations,
    routes: usersRoutes(operations),
    jobs: [resets.job, forgetTokens(deps)],
    outbox,
    audit,
    migrations: migrationsOf('users', import.meta.url),
  }
}

import { randomUUID } from 'node:crypto'
import { tokens, user } from '@plinth/users-contract'
import { type Client, createClient } from './client.ts'
import type { Answer, History } from './history.ts'
import type { Env } from './process.ts'

/** Where people find the shop, and where it is remembered what they were told. */
export interface Street {
  /** Asked before each try. */
  readonly url: () => string
  readonly history: History
}

/** Somebody with an account, signed in. `who` is the e-mail address. */
export interface Person extends Client {
  readonly id: string
}

const password = 'a long and quiet evening'
const adminEmail = 'boss@plinth.example'

/** What tells a host to make the admin, and to let so many people in at once. */
export const adminEnv: Env = {
  ADMIN_EMAIL: adminEmail,
  ADMIN_PASSWORD: password,
  RATE_LIMIT_PER_MINUTE: '100000',
  AUTH_RATE_LIMIT_PER_ACCOUNT: '1000',
  AUTH_RATE_LIMIT_PER_ADDRESS: '100000',
}

/** What signing up as somebody says; the address is nobody else's. */
export const registration = (name: string) => ({
  intent: 'register' as const,
  method: 'POST' as const,
  path: '/v1/auth/register',
  key: randomUUID(),
  body: { name, password, email: `${name.toLowerCase()}.${randomUUID().slice(0, 8)}@plinth.example` },
})

/** Signs somebody up, and in. */
export const signUp = async (street: Street, name: string): Promise<Person> => {
  const request = registration(name)
  const { email } = request.body
  await createClient({ ...street, who: email }).get(request, 201, user)
  return signIn(street, email)
}

/** Signs the admin in. */
export const signInAdmin = (street: Street): Promise<Person> => signIn(street, adminEmail)

/** Signs somebody up; then the admin makes a seller of them, who signs in anew. */
export const signUpSeller = async (street: Street, admin: Client, name: string): Promise<Person> => {
  const { id, who } = await signUp(street, name)
  const roles = { roles: ['user', 'seller'] }
  await admin.get({ method: 'PUT', path: `/v1/users/${id}/roles`, body: roles }, 200, user)
  return signIn(street, who)
}

/** Signs somebody in once more, as they do on another device. */
export const signInAgain = (street: Street, { who }: Person): Promise<Answer | 'unknown'> =>
  createClient({ ...street, who }).insist({
    method: 'POST',
    path: '/v1/auth/login',
    body: { email: who, password },
  })

const signIn = async (street: Street, email: string): Promise<Person> => {
  const login = { method: 'POST', path: '/v1/auth/login', body: { email, password } } as const
  const { accessToken } = await createClient(street).get(login, 200, tokens)
  const client = createClient({ ...street, who: email, accessToken })
  const { id } = await client.get({ path: '/v1/users/me' }, 200, user)
  return { ...client, id }
}

import { randomUUID } from 'node:crypto'
import { tokens, user } from '@plinth/users-contract'
import { type Client, clientOf } from './client.ts'
import { comingAgain } from './coming-again.ts'

/** Somebody with an account, signed in. */
export interface Person extends Client {
  readonly id: string
  readonly email: string
  readonly accessToken: string
}

/** The password of everybody here. */
export const password = 'a long and quiet evening'

/** The admin that hosts are told to make at boot. */
export const adminEmail = 'boss@plinth.example'

/** What tells a host to make the admin, and to let so many people in at once. */
export const adminEnv = {
  ADMIN_EMAIL: adminEmail,
  ADMIN_PASSWORD: password,
  RATE_LIMIT_PER_MINUTE: '100000',
  AUTH_RATE_LIMIT_PER_ACCOUNT: '1000',
  AUTH_RATE_LIMIT_PER_ADDRESS: '100000',
}

/** Signs somebody up, and in: told to come again, they come, under another address since the first may be taken. */
export const signUp = async (url: string, name: string, chosen = password): Promise<Person> => {
  const called = name.toLowerCase().replaceAll(/[^a-z]+/g, '.')
  const register = () => {
    const email = `${called}.${randomUUID().slice(0, 8)}@plinth.example`
    return clientOf(url).post('/v1/auth/register', { email, password: chosen, name })
  }
  const { id, email } = (await comingAgain(register)).expect(201, user)
  return { id, email, ...(await signedIn(url, email, chosen)) }
}

/** Signs the admin in. */
export const signInAdmin = async (url: string): Promise<Person> => {
  const client = await signedIn(url, adminEmail)
  const { id } = (await client.get('/v1/users/me')).expect(200, user)
  return { id, email: adminEmail, ...client }
}

/** Signs somebody up; then the admin makes a seller of them, who signs in anew. */
export const signUpSeller = async (url: string, admin: Client, name: string): Promise<Person> => {
  const { id, email } = await signUp(url, name)
  const made = await admin.put(`/v1/users/${id}/roles`, { roles: ['user', 'seller'] })
  made.expect(200, user)
  return { id, email, ...(await signedIn(url, email)) }
}

const signedIn = async (url: string, email: string, typed = password) => {
  const login = () => clientOf(url).post('/v1/auth/login', { email, password: typed })
  const { accessToken } = (await comingAgain(login)).expect(200, tokens)
  return { accessToken, ...clientOf(url, accessToken) }
}

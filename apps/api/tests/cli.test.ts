import { randomUUID } from 'node:crypto'
import { tokens, user } from '@plinth/users-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { seedAccounts, seedPassword } from '../src/seed/accounts.ts'
import { clientOf } from './client.ts'
import { type Ground, givenGround } from './given-shop.ts'
import { type Env, runToEnd, startHost } from './host-process.ts'

const email = 'ines@plinth.example'
const secret = randomUUID()
const args = ['create-admin', '--email', email, '--name', 'Ines']

describe('pnpm plinth', () => {
  let ground: Ground
  beforeAll(async () => {
    ground = await givenGround()
  })
  afterAll(() => ground?.[Symbol.asyncDispose]())
  const plinth = (args: string[], env: Env = {}) => runToEnd('cli/main.ts', args, { ...ground.env, ...env })
  const refused = async (args: string[], env: Env = {}) => {
    const { code, stdout, stderr } = await plinth(args, env)
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([1, '', 1])
    return stderr
  }

  test('--help lists the commands, and each command has a help of its own', async () => {
    const { code, stdout } = await plinth(['--help'])
    expect(code).toBe(0)
    const names = [...stdout.matchAll(/^ {2}(\S+) {2}/gm)].map(([, name]) => name ?? '')
    expect(names).toEqual(
      expect.arrayContaining(['migrate', 'create-admin', 'seed', 'outbox', 'dead-letters', 'keys:generate']),
    )
    const helps = await Promise.all(names.map(name => plinth([name, '--help'])))
    for (const [at, help] of helps.entries())
      expect([help.code, help.stdout]).toEqual([0, expect.stringContaining(`pnpm plinth ${names[at]}`)])
  })

  test('what it does not understand it says in a line', async () => {
    expect(await refused(['repaint'])).toContain('there is no command repaint')
    expect(await refused(['migrate', '--fast'])).toContain('--fast')
    expect(await refused(['create-admin', '--email', 'a@b.example'])).toContain('password')
    expect(await refused(['dead-letters:replay', 'that-one'])).toContain('id of a dead letter')
    expect(await refused(['dead-letters', '--limit', '1000'])).toContain('1 to 100')
  })

  test('a database that is empty or away is said in a line', async () => {
    expect(await refused(['outbox'])).toContain('run pnpm plinth migrate')
    expect(await refused(['outbox'], { DATABASE_URL: 'postgres://127.0.0.1:1/shop' })).toContain(
      'DATABASE_URL',
    )
  })

  test('migrate brings the database up to date, once', async () => {
    const first = await plinth(['migrate'])
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('applied orders/001')])
    const second = await plinth(['migrate'])
    expect([second.code, second.stdout]).toEqual([0, 'The database is up to date.\n'])
  })

  test('create-admin makes an admin, and makes one of somebody who is there', async () => {
    const made = await plinth(args, { PLINTH_ADMIN_PASSWORD: secret })
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('is an admin now')])
    const again = await plinth(args, { PLINTH_ADMIN_PASSWORD: randomUUID() })
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('the password is as it was')])
    expect(await refused([...args, '--password', 'short'])).toContain('12')
  })

  test('outbox and dead-letters show what waits and what is stuck', async () => {
    const outbox = await plinth(['outbox'])
    expect([outbox.code, outbox.stdout]).toEqual([0, expect.stringMatching(/^users +\d+ waiting/m)])
    const letters = await plinth(['dead-letters'])
    expect([letters.code, letters.stdout]).toEqual([0, 'There are no dead letters.\n'])
    expect(await refused(['dead-letters:replay', randomUUID()])).toContain('plinth: ')
  })

  test('keys:rotate prints the set with a new key, in one step or in three', async () => {
    const keySet = z.object({ keys: z.array(z.object({ kid: z.string(), d: z.string() })) })
    const setIn = (stdout: string) => /^JWT_KEYS='(.+)'\n$/.exec(stdout)?.[1] ?? ''
    const kidsIn = (set: string) => keySet.parse(JSON.parse(set)).keys.map(({ kid }) => kid)
    const rotate = async (keys: string, ...args: string[]) =>
      setIn((await plinth(['keys:rotate', ...args], { JWT_KEYS: keys })).stdout)
    const one = setIn((await plinth(['keys:generate'])).stdout)
    const [old] = kidsIn(one)

    const [[fresh, ...kept], promoted, staged] = await Promise.all([
      rotate(one).then(kidsIn),
      rotate(one, '--stage').then(set => rotate(set, '--promote')),
      rotate(one, '--stage').then(kidsIn),
    ])
    expect([fresh === old, kept]).toEqual([false, [old]])
    expect([staged.length, staged[0], kidsIn(promoted)[1]]).toEqual([2, old, old])
    expect(kidsIn(await rotate(promoted, '--drop'))).toEqual(kidsIn(promoted).slice(0, 1))

    const [unset, wrong, early, mixed] = await Promise.all([
      refused(['keys:rotate'], { JWT_KEYS: '' }),
      refused(['keys:rotate'], { JWT_KEYS: '{}' }),
      refused(['keys:rotate', '--promote'], { JWT_KEYS: one }),
      refused(['keys:rotate', '--stage', '--drop'], { JWT_KEYS: one }),
    ])
    expect([unset, wrong, early, mixed]).toEqual([
      expect.stringContaining('keys:generate'),
      expect.stringContaining('private JWK set'),
      expect.stringContaining('--stage'),
      expect.stringContaining('one step'),
    ])
  })

  test('keys:generate prints a key set for the environment', async () => {
    const { stdout } = await plinth(['keys:generate'])
    const [, set = ''] = /^JWT_KEYS='(.*)'$/m.exec(stdout) ?? []
    const keySet = z.object({ keys: z.array(z.object({ kty: z.literal('OKP') })).length(1) })
    expect(keySet.safeParse(JSON.parse(set)).success).toBe(true)
  })

  test('seed fills the shop; who was made by a command can sign in', async () => {
    const { code, stdout } = await plinth(['seed'])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Seeded \d+ products/)])
    await using host = await startHost(ground.env)
    const signIn = (email: string, word: string) =>
      clientOf(host.url).post('/v1/auth/login', { email, password: word })
    ;(await signIn(seedAccounts.admin.email, seedPassword)).expect(200, tokens)
    const { accessToken } = (await signIn(email, secret)).expect(200, tokens)
    const me = (await clientOf(host.url, accessToken).get('/v1/users/me')).expect(200, user)
    expect(me).toMatchObject({ name: 'Ines', roles: ['admin'] })
  })
})

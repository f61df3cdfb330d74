import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { contextOf, DeadlineExceeded, Unavailable } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { createHasher } from './hasher.ts'

const anybody = contextOf()

test('a password fits its own hash and no other', async () => {
  const hasher = createHasher({ atOnce: 2, waiting: 10 })
  const hash = await hasher.hash(anybody, 'correct horse battery staple')
  expect(await hasher.verify(anybody, 'correct horse battery staple', hash)).toBe(true)
  expect(await hasher.verify(anybody, 'Correct horse battery staple', hash)).toBe(false)
})

test('without a hash the answer is no, after the same work', async () => {
  const hasher = createHasher({ atOnce: 1, waiting: 100 })
  const hash = await hasher.hash(anybody, 'correct horse battery staple')
  const fastest = { unknown: Number.POSITIVE_INFINITY, wrong: Number.POSITIVE_INFINITY }
  for (let round = 0; round < 10; round++)
    for (const [what, known] of [
      ['unknown', undefined],
      ['wrong', hash],
    ] as const) {
      const begun = performance.now()
      expect(await hasher.verify(anybody, 'a guess of somebody', known)).toBe(false)
      fastest[what] = Math.min(fastest[what], performance.now() - begun)
    }
  expect(fastest.unknown).toBeGreaterThan(fastest.wrong / 2)
  expect(fastest.unknown).toBeLessThan(fastest.wrong * 2)
})

test('so many are hashed at a time, so many wait, and the rest are told to come back', async () => {
  const hasher = createHasher({ atOnce: 1, waiting: 2 })
  const attempts = Array.from({ length: 6 }, () => hasher.hash(anybody, 'correct horse battery staple'))
  const settled = await Promise.allSettled(attempts)
  expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, false, false])
  for (const each of settled) if (each.status === 'rejected') expect(each.reason).toSatisfy(Unavailable.is)
  await expect(hasher.hash(anybody, 'correct horse battery staple')).resolves.toMatch(/^\$argon2id/)
})

test('whoever waits too long or hangs up is not hashed for, and makes room', async () => {
  const hasher = createHasher({ atOnce: 1, waiting: 3 })
  const first = hasher.hash(anybody, 'correct horse battery staple')
  const late = hasher.hash({ ...anybody, deadline: Date.now() + 1 }, 'correct horse battery staple')
  const hangUp = new AbortController()
  const gone = hasher.hash({ ...anybody, signal: hangUp.signal }, 'correct horse battery staple')
  const patient = hasher.hash({ ...anybody, deadline: Date.now() + 10_000 }, 'correct horse battery staple')
  hangUp.abort()
  const settled = await Promise.allSettled([first, late, gone, patient])
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  for (const each of settled)
    if (each.status === 'rejected') expect(each.reason).toSatisfy(DeadlineExceeded.is)
})

test.runIf(process.platform === 'linux')('hashing gives way to everything else', async () => {
  // The nineteenth field of a thread's line: the sixteenth behind its state, which follows its name.
  const giveWay = () =>
    readdirSync('/proc/self/task').filter(thread => {
      const line = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
      return Number(line.split(') ')[1]?.split(' ')[16]) > getPriority()
    }).length
  const before = giveWay()
  const hasher = createHasher({ atOnce: 2, waiting: 10 })
  for (let round = 0; round < 2; round += 1)
    await Promise.all([1, 2, 3].map(() => hasher.hash(anybody, 'correct horse battery staple')))
  expect(giveWay() - before).toBe(2)
})

test('what is no hash is an error, and the next password is checked all the same', async () => {
  const hasher = createHasher({ atOnce: 1, waiting: 10 })
  const known = await hasher.hash(anybody, 'correct horse battery staple')
  await expect(hasher.verify(anybody, 'correct horse battery staple', 'not a hash')).rejects.toThrow()
  expect(await hasher.verify(anybody, 'correct horse battery staple', known)).toBe(true)
})

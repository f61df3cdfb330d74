import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { jwkSet, keysIn } from './signing-keys.ts'

/** Looks for a file without a pause, and tells what is in it at first sight. */
const onlooker = `
  const { readFileSync } = require('node:fs')
  const { parentPort, workerData } = require('node:worker_threads')
  parentPort.postMessage('looking')
  for (;;) {
    try {
      parentPort.postMessage(readFileSync(workerData, 'utf8'))
      break
    } catch {}
  }`

test('all who ask for the keys of a folder at once get the same, and nobody ever sees half of them', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'plinth-keys-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  for (let round = 0; round < 10; round += 1) {
    const directory = join(parent, String(round))
    const looking = new Worker(onlooker, { eval: true, workerData: join(directory, 'jwt-keys.json') })
    await once(looking, 'message')
    const seen = once(looking, 'message')
    const found = await Promise.all(Array.from({ length: 20 }, () => keysIn(directory)))
    const [first] = await seen
    expect(new Set([...found, jwkSet.parse(first)].map(keys => JSON.stringify(keys))).size).toBe(1)
    expect(await readdir(directory)).toEqual(['jwt-keys.json'])
  }
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'

/** What the system lets wait at one door; Linux tells. */
const room = await readFile('/proc/sys/net/core/somaxconn', 'utf8').then(Number, () => 0)

test.skipIf(room < 1_500)(
  'a crowd of 1,500 that knocks in one moment waits at the door: nobody is sent away to knock again',
  async () => {
    const host = spawn(process.execPath, [join(import.meta.dirname, 'deaf-host.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const sockets: Socket[] = []
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy()
      host.kill('SIGKILL')
      await once(host, 'close')
    })
    const [url] = await once(createInterface(host.stdout), 'line')
    const port = Number(new URL(String(url)).port)
    let heard = 0
    for (let n = 0; n < 1_500; n += 1)
      sockets.push(
        connect(port, '127.0.0.1').once('connect', () => {
          heard += 1
        }),
      )
    // The host lets nobody in: that they are connected is the work of the system, which has room for them.
    await expect.poll(() => heard, { timeout: 10_000 }).toBe(1_500)
  },
)

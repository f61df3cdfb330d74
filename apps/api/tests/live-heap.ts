import { eventually } from '@plinth/testing'
import { z } from 'zod'
import type { HostProcess } from './host-process.ts'

/** What lets a host be asked for its heap: part of its environment. */
export const inspectable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }

/** The heap of a host, seen through its inspector. */
export interface LiveHeap extends Disposable {
  /** Megabytes that are in use once all that is not was collected. */
  readonly megabytes: () => Promise<number>
}

/** Looks into a host that was started as {@link inspectable}. */
export const lookIntoHeap = async (host: HostProcess): Promise<LiveHeap> => {
  const url = await eventually(() => /Debugger listening on (ws:\S+)/.exec(host.output())?.[1])
  const socket = new WebSocket(z.string().parse(url))
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = answer.parse(JSON.parse(String(data)))
    if (id === undefined) return
    waiting.get(id)?.resolve(result)
    waiting.delete(id)
  })
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values())
      reject(new Error('the host does not let itself be looked into'))
  })
  await new Promise(resolve => socket.addEventListener('open', resolve, { once: true }))
  const ask = (method: string): Promise<unknown> => {
    asked += 1
    const question = Promise.withResolvers<unknown>()
    waiting.set(asked, question)
    socket.send(JSON.stringify({ id: asked, method }))
    return question.promise
  }
  return {
    megabytes: async () => {
      // What is finalized in the first round is gone after the second.
      for (const _ of [1, 2]) await ask('HeapProfiler.collectGarbage')
      return usage.parse(await ask('Runtime.getHeapUsage')).usedSize / 1024 / 1024
    },
    [Symbol.dispose]: () => socket.close(),
  }
}

const answer = z.object({ id: z.number().optional(), result: z.unknown() })
const usage = z.object({ usedSize: z.number() })

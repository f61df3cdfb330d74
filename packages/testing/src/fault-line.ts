import type { Socket } from 'node:net'

/** What a proxy keeps from getting through: everything, or what the service says. */
export type Fault = 'hang' | 'lose-replies'

/** What holds on all lines of a proxy at this moment. */
export interface Weather {
  fault: Fault | undefined
  /** How late everything comes, each way, in milliseconds. */
  delayMs: number
}

/**
 * Joins a client (near) with the service (far; undefined: it was never reached), and carries between them what the
 * weather lets through. `onClosed` is called when both are gone.
 */
export const openLine = (near: Socket, far: Socket | undefined, weather: Weather, onClosed: () => void) => {
  let broken = far === undefined
  const sockets = far === undefined ? [near] : [near, far]
  const open = new Set(sockets)
  const reset = () => {
    for (const socket of open) resetSocket(socket)
  }
  const carry = (from: Socket, into: Socket | undefined, stops: () => boolean) => {
    const late = inOrder(() => weather.delayMs)
    /** Does something at the other end, or notes that the other end misses it. */
    const pass = (effect: (into: Socket) => void) => {
      if (into === undefined || stops()) broken = true
      else late(() => void (into.destroyed || effect(into)))
    }
    from.on('data', bytes => pass(to => to.write(bytes)))
    from.on('end', () => {
      pass(to => to.end())
      // A client that has gone waits for no answer.
      if (from === near && weather.fault !== undefined) near.destroy()
    })
    from.on('error', () => pass(resetSocket))
    from.on('close', () => {
      open.delete(from)
      if (open.size === 0) onClosed()
    })
  }
  carry(near, far, () => weather.fault === 'hang')
  if (far !== undefined) carry(far, near, () => weather.fault !== undefined)
  return { reset, isBroken: () => broken, isConnected: () => open.has(near) }
}

/**
 * A socket that is sending its end cannot be reset: the system refuses, and Node takes it for closed though it stays
 * open, and keeps the process from ending. It is cut off all the same.
 */
const resetSocket = (socket: Socket): void => {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}

/** Does things a while later, one after another. */
const inOrder = (delayMs: () => number) => {
  let waiting = 0
  let last = Promise.resolve()
  return (effect: () => void) => {
    const ms = delayMs()
    if (ms === 0 && waiting === 0) return effect()
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, ms)
    waiting += 1
    last = Promise.all([last, promise]).then(() => {
      waiting -= 1
      effect()
    })
  }
}

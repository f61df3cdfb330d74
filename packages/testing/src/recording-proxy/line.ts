import { connect, type Socket } from 'node:net'
import { portOf } from '../port-of.ts'
import type { Direction, Frame, Framer } from './frames.ts'

/** A client joined with a service, frame by frame. */
export interface RecordedLine {
  /** Nothing passes any more, either way. The service sees the end once the client is gone. */
  readonly cut: () => void
  readonly destroy: () => void
}

/** What happens on a line. */
export interface LineListeners {
  /** A frame has come in whole; `pass` sends it on. */
  readonly onFrame: (direction: Direction, frame: Frame, pass: () => void) => void
  readonly onClosed: () => void
}

/** Joins a client with what a URL leads to. */
export const openRecordedLine = (
  near: Socket,
  target: URL,
  framer: Framer,
  { onFrame, onClosed }: LineListeners,
): RecordedLine => {
  const far = connect({ host: target.hostname, port: portOf(target), noDelay: true, allowHalfOpen: true })
  near.setNoDelay(true)
  let cut = false
  const open = new Set([near, far])

  const carry = (direction: Direction, from: Socket, into: Socket) => {
    const pass = (bytes: Buffer) => {
      if (!cut && !into.destroyed) into.write(bytes)
    }
    from.on('data', (chunk: Buffer) => {
      if (cut) return
      for (const frame of framer.take(direction, chunk)) {
        if (cut) return
        onFrame(direction, frame, () => pass(frame.bytes))
      }
    })
    from.on('end', () => {
      // What is no whole frame is not one any more: it ends as it came.
      pass(framer.rest(direction))
      into.end()
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      open.delete(from)
      // A service hears the end after all that was sent to it. A reset might take back what it has not read yet.
      if (into === far) far.end()
      else near.destroy()
      if (open.size === 0) onClosed()
    })
  }
  carry('to', near, far)
  carry('from', far, near)
  return {
    cut: () => {
      cut = true
    },
    destroy: () => {
      near.destroy()
      far.destroy()
    },
  }
}

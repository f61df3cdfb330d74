import { once } from 'node:events'
import { createServer } from 'node:net'
import { listenBefore } from '../listen-before.ts'
import { amqpFramer } from './amqp.ts'
import type { Direction, Framer } from './frames.ts'
import { httpFramer } from './http.ts'
import { openRecordedLine, type RecordedLine } from './line.ts'
import { postgresFramer } from './postgres.ts'
import { redisFramer } from './redis.ts'
import { smtpFramer } from './smtp.ts'

/** Protocols that can be taken apart. */
export type Protocol = 'postgres' | 'amqp' | 'redis' | 'smtp' | 'http'

/** One frame of those that passed since the recorder was armed. */
export interface NumberedFrame {
  /** From 1, over all services and both directions. */
  readonly number: number
  readonly service: string
  readonly direction: Direction
  /** What it is: the first words of a statement, an AMQP method, an SMTP verb. */
  readonly kind: string
  /** The how-manieth of its service, direction and kind. */
  readonly nth: number
}

/** Something that happens at one frame. */
export interface Trap {
  /** `before`: it does not get through. `after`: it does, and what follows it does not. */
  readonly when: 'before' | 'after'
  readonly catches: (frame: NumberedFrame) => boolean
  /** Called once, at that moment, before anything else passes: the place to kill whoever sent it or waits for it. */
  readonly spring: (frame: NumberedFrame) => void
}

/** Proxies that number what passes through all of them. */
export interface Recorder {
  /** Starts a proxy before what a URL leads to. */
  readonly between: (service: string, protocol: Protocol, url: string) => Promise<RecordingProxy>
  /**
   * Numbers frames from now on, from 1. When the trap catches one, every connection there is at that moment is over:
   * nothing passes any more, and the service sees an end as from a process that died. New connections are welcome.
   */
  readonly arm: (trap?: Trap) => void
  /** Ends that, and gives the frames. */
  readonly disarm: () => readonly NumberedFrame[]
}

/** A proxy of a {@link Recorder}. */
export interface RecordingProxy extends AsyncDisposable {
  /** The target's URL, with the proxy's host and port. */
  readonly url: string
}

const framers: Readonly<Record<Protocol, () => Framer>> = {
  postgres: postgresFramer,
  amqp: amqpFramer,
  redis: redisFramer,
  smtp: smtpFramer,
  http: httpFramer,
}

/** A recorder without proxies yet; until it is armed, it lets everything pass and counts nothing. */
export const createRecorder = (): Recorder => {
  const lines = new Set<RecordedLine>()
  let frames: NumberedFrame[] = []
  let counts = new Map<string, number>()
  let armed = false
  let trap: Trap | undefined

  const number = (service: string, direction: Direction, kind: string): NumberedFrame => {
    const name = `${service} ${direction} ${kind}`
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    const frame = { number: frames.length + 1, service, direction, kind, nth }
    frames.push(frame)
    return frame
  }
  const spring = (frame: NumberedFrame) => {
    const sprung = trap
    trap = undefined
    for (const line of lines) line.cut()
    sprung?.spring(frame)
  }

  return {
    async between(service, protocol, url) {
      const own = new Set<RecordedLine>()
      const server = createServer({ allowHalfOpen: true }, near => {
        const line = openRecordedLine(near, new URL(url), framers[protocol](), {
          onFrame(direction, { kind }, pass) {
            if (!armed) return pass()
            const frame = number(service, direction, kind)
            const caught = trap?.catches(frame) === true
            if (!caught || trap?.when === 'after') pass()
            if (caught) spring(frame)
          },
          onClosed() {
            lines.delete(line)
            own.delete(line)
          },
        })
        lines.add(line)
        own.add(line)
      })
      const here = await listenBefore(server, url)
      return {
        url: here,
        async [Symbol.asyncDispose]() {
          const closed = once(server, 'close')
          server.close()
          for (const line of own) line.destroy()
          await closed
        },
      }
    },
    arm(next) {
      frames = []
      counts = new Map()
      armed = true
      trap = next
    },
    disarm() {
      armed = false
      trap = undefined
      return frames
    },
  }
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amqpFramer } from '../../src/recording-proxy/amqp.ts'
import type { Frame, Framer } from '../../src/recording-proxy/frames.ts'
import { httpFramer } from '../../src/recording-proxy/http.ts'
import { postgresFramer } from '../../src/recording-proxy/postgres.ts'
import { redisFramer } from '../../src/recording-proxy/redis.ts'
import { smtpFramer } from '../../src/recording-proxy/smtp.ts'
import { conversations } from './conversations.ts'

const framers = {
  postgres: postgresFramer,
  amqp: amqpFramer,
  redis: redisFramer,
  smtp: smtpFramer,
  http: httpFramer,
}

const protocols = ['postgres', 'amqp', 'redis', 'smtp', 'http'] as const

describe.each(protocols)('%s', protocol => {
  const turns = conversations[protocol]

  test('each frame is whole and has its name', () => {
    const framer = framers[protocol]()
    for (const { direction, bytes, kinds } of turns)
      expect(framer.take(direction, bytes).map(({ kind }) => kind)).toEqual(kinds)
  })

  test.each(['to', 'from'] as const)('no byte that goes %s the service is lost', direction => {
    const framer = framers[protocol]()
    const frames = turns.flatMap(turn =>
      framer.take(turn.direction, turn.bytes).map(frame => ({ ...turn, ...frame })),
    )
    const passed = frames.filter(frame => frame.direction === direction).map(({ bytes }) => bytes)
    const came = turns.filter(turn => turn.direction === direction).map(({ bytes }) => bytes)
    expect(sorted(passed)).toEqual(sorted(came))
    expect(framer.rest(direction)).toHaveLength(0)
  })

  test('what is no whole frame in the end is kept as the rest', () => {
    const framer = framers[protocol]()
    const [first] = turns
    if (first === undefined) throw new Error('nothing was said')
    const half = first.bytes.subarray(0, -1)
    const whole = framer.take(first.direction, half).map(({ bytes }) => bytes)
    const rest = framer.rest(first.direction)
    expect(rest.length).toBeGreaterThan(0)
    expect(Buffer.concat([...whole, rest])).toEqual(half)
  })

  test('however the bytes come in pieces, the frames are the same', () => {
    const inOne = framesOf(framers[protocol](), piece => [piece])
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 40 })), sizes => {
        expect(framesOf(framers[protocol](), piece => cut(piece, sizes))).toEqual(inOne)
      }),
    )
  })

  const framesOf = (framer: Framer, inPieces: (bytes: Buffer) => Buffer[]): Frame[] =>
    turns.flatMap(({ direction, bytes }) => inPieces(bytes).flatMap(piece => framer.take(direction, piece)))
})

/** A message waits for all its parts, and lets others go first; so bytes are compared, and not their order. */
const sorted = (pieces: readonly Buffer[]) => Buffer.concat(pieces).sort()

const cut = (bytes: Buffer, sizes: IterableIterator<number>): Buffer[] => {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const size: number = sizes.next().value
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

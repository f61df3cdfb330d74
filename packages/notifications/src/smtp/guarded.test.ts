import { afterEach, describe, expect, it, vi } from 'vitest'
import { mail } from '../../tests/example-mail.ts'
import { guarded } from './guarded.ts'
import { type MailTransport, RefusedForGood, RefusedForNow } from './transport.ts'

const givenServer = (answer: MailTransport['send'], sendingMs = 1_000) => {
  const server = { asked: 0, answer }
  const transport = guarded(
    {
      lanes: 20,
      send: given => {
        server.asked += 1
        return server.answer(given)
      },
    },
    sendingMs,
  )
  const sendTimes = (count: number) =>
    Promise.allSettled(Array.from({ length: count }, () => transport.send(mail)))
  return { ...transport, server, sendTimes }
}

const away = () => Promise.reject(new Error('away'))
const never = () => new Promise<never>(() => {})
const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })

afterEach(() => {
  vi.useRealTimers()
})

describe('a mail server', () => {
  it('that does not answer is given up in time', async () => {
    const { send } = givenServer(never, 30)
    await expect(send(mail)).rejects.toThrow('did not answer in time')
  })

  it('that fails five times on end is left alone for two seconds, and then asked by one mail', async () => {
    const { send, room, server, sendTimes } = givenServer(away)
    await sendTimes(4)
    expect(room(20)).toBe(20)
    await sendTimes(1)
    expect(room(20)).toBe(0)
    await expect(send(mail)).rejects.toThrow('left alone')
    expect(server.asked).toBe(5)
    later(2_001)
    expect(room(20)).toBe(1)
    await expect(send(mail)).rejects.toThrow('away')
    expect(room(20)).toBe(0)
    later(2_001)
    server.answer = async () => {}
    await send(mail)
    expect(room(20)).toBe(20)
  })

  it('that refuses each mail, for now or for good, is there, and is asked by the next', async () => {
    const refusals = [new RefusedForNow('later'), new RefusedForGood('never')]
    for (const refusal of refusals) {
      const { send, room, server, sendTimes } = givenServer(() => Promise.reject(refusal))
      await sendTimes(10)
      await expect(send(mail)).rejects.toBe(refusal)
      expect([room(20), server.asked]).toEqual([20, 11])
    }
  })

  it('that fails in between is asked by all', async () => {
    const { room, server, sendTimes } = givenServer(away)
    for (let round = 0; round < 5; round += 1) {
      server.answer = away
      await sendTimes(4)
      server.answer = () => Promise.reject(new RefusedForNow('later'))
      await sendTimes(1)
    }
    expect([room(20), server.asked]).toEqual([20, 25])
  })
})

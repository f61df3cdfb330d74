import { newId } from '@plinth/kernel'
import { afterEach, expect, it, vi } from 'vitest'
import { guarded } from './guarded.ts'
import { type PaymentProvider, ProviderRefused, ProviderUnreached } from './provider.ts'

const charge = {
  paymentId: newId<'Payment'>(),
  orderId: newId<'Order'>(),
  amount: { amount: 4900, currency: 'USD' },
  token: 'card',
  reference: null,
}
const reversal = { ...charge, refundId: newId<'Refund'>() }
const asking = { signal: AbortSignal.timeout(60_000), remember: async () => {} }

const provider = (changes: Partial<PaymentProvider>): PaymentProvider => ({
  name: 'bank',
  capture: async () => ({ outcome: 'captured' }),
  void: async () => ({ outcome: 'captured' }),
  refund: async () => {},
  readMessage: async () => undefined,
  ...changes,
})

const never = () => new Promise<never>(() => {})
const times = <T>(count: number, call: () => Promise<T>) =>
  Promise.allSettled(Array.from({ length: count }, call))

it('A provider that does not answer is given up in time, capture and refund each in its own', async () => {
  const bank = guarded(provider({ capture: never, refund: never }), { captureMs: 30, refundMs: 60 })
  await expect(bank.capture(charge, asking)).rejects.toThrow('timed out after 30ms')
  await expect(bank.refund(reversal, asking.signal)).rejects.toThrow('timed out after 60ms')
})

it('The provider hears when its answer is not waited for any more', async () => {
  const heard: boolean[] = []
  const bank = guarded(
    provider({
      capture: (_, { signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            heard.push(true)
            reject(new Error('aborted'))
          }),
        ),
    }),
  )
  await expect(bank.capture(charge, { ...asking, signal: AbortSignal.timeout(20) })).rejects.toThrow()
  expect(heard).toEqual([true])
})

it('A provider that always fails is left alone for a while', async () => {
  let calls = 0
  const bank = guarded(
    provider({
      capture: async () => {
        calls += 1
        throw new Error('away')
      },
    }),
  )
  await times(20, () => bank.capture(charge, asking))
  await expect(bank.capture(charge, asking)).rejects.toThrow(ProviderUnreached)
  await expect(bank.refund(reversal, asking.signal)).rejects.toThrow(ProviderUnreached)
  expect(calls).toBe(20)
})

afterEach(() => {
  vi.useRealTimers()
})

it('Whoever has to wait while one call tries the provider again is given up at the own deadline', async () => {
  let away = () => Promise.reject<never>(new Error('away'))
  const bank = guarded(provider({ capture: () => away() }), { captureMs: 2000 })
  await times(20, () => bank.capture(charge, asking))
  away = never
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2001 })
  const probe = new AbortController()
  const trying = bank.capture(charge, { ...asking, signal: probe.signal })
  const begun = performance.now()
  await expect(bank.capture(charge, { ...asking, signal: AbortSignal.timeout(20) })).rejects.toThrow()
  expect(performance.now() - begun).toBeLessThan(1000)
  probe.abort()
  await expect(trying).rejects.toThrow()
})

it('Refusals are answers: however many there are, the provider is asked', async () => {
  const bank = guarded(provider({ refund: () => Promise.reject(new ProviderRefused('Not now.')) }))
  await times(50, () => bank.refund(reversal, asking.signal))
  expect(await bank.capture(charge, asking)).toEqual({ outcome: 'captured' })
})

it('Lost answers among others do not count as a provider that is away', async () => {
  let calls = 0
  const bank = guarded(
    provider({
      capture: async () => {
        calls += 1
        if (calls % 2 === 0) throw new Error('lost')
        return { outcome: 'captured' }
      },
    }),
  )
  await times(60, () => bank.capture(charge, asking))
  expect(calls).toBe(60)
})

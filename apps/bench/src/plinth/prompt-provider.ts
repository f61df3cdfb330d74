import type { StartOptions } from '@plinth/api/start'

/** Captures and refunds whatever it is asked to, at once. */
export const promptProvider: NonNullable<StartOptions['provider']> = {
  name: 'sandbox',
  capture: async () => ({ outcome: 'captured' }),
  void: async () => ({ outcome: 'failed', reason: 'given up' }),
  refund: async () => undefined,
  readMessage: async () => undefined,
}

import { defineContract, operation } from '@plinth/kernel'
import { z } from 'zod'

/** Consumers by the names of their queues, and the types of the events that they take. */
const queues = z.array(z.strictObject({ queue: z.string(), types: z.array(z.string()) }))

/** What deployables of the shop say to each other as such: whether they fit together, and who takes which events. */
export const linkContract = defineContract({
  name: 'link',
  permissions: {},
  events: {},
  operations: {
    greet: operation({
      summary: 'What is served here, and by which road its events go',
      input: z.strictObject({
        /** All that the caller knows of. */
        queues,
      }),
      output: z.strictObject({
        /** Versions of the contracts, by name. */
        contracts: z.record(z.string(), z.int()),
        /** The same for all whose events reach each other. */
        events: z.string(),
        /** Those that are here. */
        queues,
      }),
      idempotent: true,
      access: 'internal',
    }),
  },
})

/** See {@link linkContract}. */
export type LinkContract = typeof linkContract

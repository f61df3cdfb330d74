import { defineContract, operation } from '@plinth/kernel'
import { z } from 'zod'

/** What deployables of the shop say to each other as such: whether they fit together. */
export const linkContract = defineContract({
  name: 'link',
  permissions: {},
  events: {},
  operations: {
    greet: operation({
      summary: 'What is served here, and by which road its events go',
      input: z.strictObject({}),
      output: z.strictObject({
        /** Versions of the contracts, by name. */
        contracts: z.record(z.string(), z.int()),
        /** The same for all whose events reach each other. */
        events: z.string(),
      }),
      idempotent: true,
      access: 'internal',
    }),
  },
})

/** See {@link linkContract}. */
export type LinkContract = typeof linkContract

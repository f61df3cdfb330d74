import {
  declareError,
  defineContract,
  idOf,
  NotFound,
  operation,
  pageOf,
  pageRequest,
  permission,
} from '@plinth/kernel'
import { z } from 'zod'

/** An event that no consumer could handle, as an operator sees it. */
export const deadLetter = z
  .object({
    id: idOf('DeadLetter'),
    queue: z.string().meta({ description: 'The consumer that could not handle it' }),
    eventId: z.uuid().nullable().meta({ description: 'Null where the message was not an event' }),
    eventType: z.string().nullable(),
    event: z.unknown().meta({ description: 'The CloudEvents envelope, or the text that was not one' }),
    error: z.string().meta({ description: 'How the last attempt ended' }),
    attempts: z.int().min(1),
    deadAt: z.iso.datetime(),
    replayedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'DeadLetter',
    examples: [
      {
        id: '0199c0de-7a11-7bad-8a5e-5eed00c0ffee',
        queue: 'notifications.mail-order-placed',
        eventId: '0199c0de-0000-7bad-8a5e-5eed00c0ffee',
        eventType: 'orders.placed',
        event: { specversion: '1.0', type: 'orders.placed' },
        error: 'the template has no name',
        attempts: 5,
        deadAt: '2026-11-23T12:00:00.000Z',
        replayedAt: null,
      },
    ],
  })

/** See {@link deadLetter}. */
export type DeadLetter = z.infer<typeof deadLetter>

/** It was handed back to its consumer before; if it died again, that is another dead letter. */
export const AlreadyReplayed = declareError('already_replayed', {
  kind: 'conflict',
  description: 'This dead letter has been replayed already.',
})

const readAny = permission('messaging:read:any', { description: 'See events that no consumer could handle.' })
const replayAny = permission('messaging:replay:any', {
  description: 'Hand events that no consumer could handle to it once more.',
})

/** What operators may do with messages: look at the dead ones, and have them tried again. */
export const messagingContract = defineContract({
  name: 'messaging',
  operations: {
    listDeadLetters: operation({
      summary: 'List events that no consumer could handle, the latest first',
      input: z.strictObject({ ...pageRequest.shape, queue: z.string().max(200).optional() }),
      output: pageOf(deadLetter),
      idempotent: true,
      access: [readAny],
    }),
    replayDeadLetter: operation({
      summary: 'Hand an event back to the one consumer that could not handle it',
      input: z.strictObject({ id: idOf('DeadLetter') }),
      output: deadLetter,
      errors: [NotFound, AlreadyReplayed],
      access: [replayAny],
    }),
  },
  events: {},
  permissions: { readAny, replayAny },
})

import {
  declareError,
  defineContract,
  event,
  idOf,
  NotFound,
  newId,
  operation,
  permission,
} from '@plinth/kernel'
import { z } from 'zod'

const itemId = idOf('Item')

/** There is not enough on the shelf. */
export const OutOfStock = declareError('out_of_stock', {
  kind: 'conflict',
  description: 'There is not enough on the shelf.',
  details: z.strictObject({ itemId, left: z.int() }),
})

/** The shelf is being counted. */
export const Counting = declareError('counting', {
  kind: 'unavailable',
  description: 'The shelf is being counted.',
})

/** What the shelf lets people do. */
export const shelfPermissions = {
  readOwn: permission('shelf:read:own', { description: 'See the own items.', roles: ['user'] }),
  writeAny: permission('shelf:write:any', { description: 'Change any item.' }),
} as const

const item = z.strictObject({
  itemId,
  label: z.string(),
  left: z.int(),
  tags: z.array(z.string()),
  note: z.string().optional(),
  parent: itemId.nullable(),
})

/** A small contract that has one of everything. */
export const shelfContract = defineContract({
  name: 'shelf',
  permissions: shelfPermissions,
  events: {
    emptied: event('shelf.emptied', {
      summary: 'The last one is gone.',
      data: z.strictObject({ itemId }),
      example: { itemId: newId<'Item'>() },
    }),
  },
  operations: {
    getItem: operation({
      summary: 'See an item',
      input: z.strictObject({ itemId }),
      output: item,
      errors: [NotFound],
      idempotent: true,
      access: 'public',
    }),
    findItem: operation({
      summary: 'The item under a label, if there is one',
      input: z.string().max(50).nullable(),
      output: item.nullable(),
      access: [shelfPermissions.readOwn, shelfPermissions.writeAny],
    }),
    renameItem: operation({
      summary: 'Change what is said of an item',
      input: z.strictObject({
        itemId,
        label: z.string().min(1).max(50).optional(),
        note: z.string().optional(),
      }),
      output: z.array(z.string()),
      access: [shelfPermissions.writeAny],
    }),
    hold: operation({
      summary: 'Hold so many',
      input: z.strictObject({ itemId, quantity: z.int().min(1).max(99) }),
      output: z.strictObject({ left: z.int() }),
      errors: [OutOfStock, Counting],
      tx: 'joins',
      idempotent: true,
      undoneBy: 'release',
      access: 'internal',
    }),
    release: operation({
      summary: 'Give back what is held',
      input: z.strictObject({ itemId }),
      output: z.undefined(),
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
    countAll: operation({
      summary: 'Count everything',
      input: z.undefined(),
      output: z.int(),
      access: 'public',
    }),
    whoAsks: operation({
      summary: 'What the callee sees of the context',
      input: z.strictObject({}),
      output: z.strictObject({
        actor: z.string(),
        traceparent: z.string().nullable(),
        requestId: z.string().nullable(),
        address: z.string().nullable(),
        idempotencyKey: z.string().nullable(),
        left: z.number().nullable(),
      }),
      access: 'public',
    }),
  },
})

/** See {@link shelfContract}. */
export type ShelfContract = typeof shelfContract

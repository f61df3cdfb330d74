/**
 * What the compiler says about calls. `tsc` checks this file: every line marked `@ts-expect-error` is one
 * that must not compile, and everything else must.
 */
import { z } from 'zod'
import {
  type Client,
  type Colocated,
  contextOf,
  defineContract,
  detached,
  type Id,
  type Implementation,
  type InTx,
  idOf,
  implement,
  local,
  operation,
  remote,
  type Tx,
} from './index.ts'
import { fake } from './testing.ts'

const productId = idOf('Product')

const stock = defineContract({
  name: 'stock',
  permissions: {},
  events: {},
  operations: {
    getLevel: operation({
      summary: 'How many there are',
      input: z.strictObject({ productId }),
      output: z.strictObject({ level: z.int() }),
      access: 'public',
    }),
    reserve: operation({
      summary: 'Hold so many',
      input: z.strictObject({ productId, quantity: z.int() }),
      output: z.undefined(),
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
  },
})
type Stock = typeof stock

declare const tx: Tx
declare const id: Id<'Product'>
declare const orderId: Id<'Order'>
const context = contextOf()
const inTx: InTx = { ...context, tx }

const operations = implement(stock, { getLevel: async () => ({ level: 1 }), reserve: async () => undefined })
const near = local(stock, operations)
const far = remote(stock, {
  transport: async () => ({ status: 204, body: '' }),
  signActor: async () => '',
})

const portable = (neighbour: Client<Stock>) => neighbour.getLevel(context, { productId: id })
const narrow = (neighbour: Client<Stock, 'getLevel'>) => neighbour.getLevel(context, { productId: id })
const joining = (neighbour: Colocated<Stock, 'reserve'>) =>
  neighbour.reserve(inTx, { productId: id, quantity: 1 })

// Whoever joins no transaction takes a neighbour near or far.
portable(near)
portable(far)
narrow(far)

// Whoever joins one takes a neighbour in the same process: these errors are the list of what must
// change when the neighbour moves out.
joining(near)
joining(fake(stock))
// @ts-expect-error a remote neighbour cannot join a transaction
joining(far)
joining(detached(stock, far))

// A transaction goes only where it is joined.
near.reserve(inTx, { productId: id, quantity: 1 })
near.reserve(context, { productId: id, quantity: 1 })
// @ts-expect-error the operation joins no transaction
near.getLevel(inTx, { productId: id })
// @ts-expect-error nothing of this kind crosses the network
far.reserve(inTx, { productId: id, quantity: 1 })
// @ts-expect-error what merely looks like a transaction is none
near.reserve({ ...context, tx: { opened: true } }, { productId: id, quantity: 1 })
// @ts-expect-error where a transaction is needed, having none is an error
context satisfies InTx

// Inputs and outputs are what the schemas say.
// @ts-expect-error an id is no number
near.getLevel(context, { productId: 1 })
// @ts-expect-error nor any string
near.getLevel(context, { productId: 'tea' })
// @ts-expect-error nor the id of something else
near.getLevel(context, { productId: orderId })
// @ts-expect-error a field is missing
near.reserve(context, { productId: id })
// @ts-expect-error a field is too many
near.getLevel(context, { productId: id, warehouse: 1 })
// @ts-expect-error the context comes first
near.getLevel({ productId: id })
// @ts-expect-error the output has no such field
near.getLevel(context, { productId: id }).then(({ price }) => price)

// A domain implements everything, as declared, and nothing else.
// @ts-expect-error an operation is missing
implement(stock, { getLevel: async () => ({ level: 1 }) })
// @ts-expect-error the output is not what was declared
fake(stock, { getLevel: async () => ({ level: 'many' }) })
// @ts-expect-error there is no such operation
fake(stock, { getPrice: async () => 1 })
fake(stock, {
  // @ts-expect-error a handler that insists on a transaction cannot serve callers that have none
  reserve: async (_: InTx) => undefined,
})

export const handlers: Implementation<Stock> = {
  // @ts-expect-error a handler of what joins nothing sees no transaction
  getLevel: async ({ tx }) => ({ level: tx.opened ? 1 : 0 }),
  reserve: async ({ tx }) => void (tx satisfies Tx | undefined),
}

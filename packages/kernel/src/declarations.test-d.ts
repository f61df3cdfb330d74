/**
 * What the compiler says about declarations. `tsc` checks this file: every line marked
 * `@ts-expect-error` is one that must not compile, and everything else must.
 */
import { z } from 'zod'
import { declareError, event, type Id, idOf, moneyOf, newId, operation, permission } from './index.ts'

const access = 'public'
const summary = 'Do it'
const output = z.undefined()

// A schema means the same to who sends and to who receives.
operation({ summary, input: z.strictObject({ note: z.string().optional() }), output, access })
operation({ summary, input: z.strictObject({ productId: idOf('Product') }), output, access })
// @ts-expect-error a default fills in
operation({ summary, input: z.strictObject({ limit: z.int().default(20) }), output, access })
// @ts-expect-error a transform changes what was sent
operation({ summary, input: z.string().transform(Number), output, access })
// @ts-expect-error and so it does where only the receiver's type is wider
operation({ summary, input: z.string().transform((text): string | number => text), output, access })
// @ts-expect-error coercion takes what it should refuse
operation({ summary, input: z.coerce.number(), output, access })
// @ts-expect-error a codec has two sides
operation({ summary, input: z.stringbool(), output, access })
// @ts-expect-error a brand that only the receiver sees is a transformation, too
operation({ summary, input: z.string().brand<'Sku'>(), output, access })
// @ts-expect-error outputs are held to it as well
operation({ summary, input: z.undefined(), output: z.string().default('none'), access })

// Only what joins a transaction needs undoing.
operation({ summary, input: z.undefined(), output, access, tx: 'joins', undoneBy: 'undo' })
// @ts-expect-error there is no way to call it that would leave it half-way
operation({ summary, input: z.undefined(), output, access, undoneBy: 'undo' })
// @ts-expect-error who may call is always said
operation({ summary, input: z.undefined(), output })
// @ts-expect-error a list of permissions has at least one
operation({ summary, input: z.undefined(), output, access: [] })

// Permissions are `domain:verb:own` or `domain:verb:any`.
permission('stock:write:any', { description: 'Change any.' })
// @ts-expect-error whose things it is about is missing
permission('stock:write', { description: 'Change any.' })
// @ts-expect-error there is no such role
permission('stock:write:any', { description: 'Change any.', roles: ['owner'] })

// Errors carry the details that they declare.
const Sold = declareError('sold', { kind: 'conflict', description: 'It is sold.' })
const TooFew = declareError('too_few', {
  kind: 'conflict',
  description: 'There are too few.',
  details: z.strictObject({ left: z.int() }),
})
Sold()
Sold('It is sold, and not to you.')
TooFew({ left: 2 }, 'Two are left.')
// @ts-expect-error it has no details
Sold({ left: 2 })
// @ts-expect-error the details are missing
TooFew()
// @ts-expect-error they have another shape
TooFew({ left: 'two' })
// @ts-expect-error and no more than that
TooFew({ left: 2, right: 3 })
// @ts-expect-error the kinds are a closed set
declareError('odd', { kind: 'strange', description: 'It is odd.' })
// @ts-expect-error details mean the same on both sides
declareError('odd', { kind: 'conflict', description: '', details: z.object({ a: z.int().default(1) }) })

export const leftIn = (error: unknown): number | undefined => {
  // @ts-expect-error an error is anything until it is recognised
  error.details
  return TooFew.is(error) ? error.details.left : undefined
}

// Events show by an example what they carry.
event('stock.sold', { summary, data: z.strictObject({ left: z.int() }), example: { left: 0 } })
// @ts-expect-error the example is not what it carries
event('stock.sold', { summary, data: z.strictObject({ left: z.int() }), example: { left: 'none' } })
// @ts-expect-error an event belongs to a domain
event('sold', { summary, data: z.strictObject({}), example: {} })
// @ts-expect-error its data mean the same on both sides
event('stock.sold', { summary, data: z.strictObject({ a: z.int().default(1) }), example: {} })

// Ids of different kinds do not mix, wherever they come from.
const order = newId<'Order'>()
order satisfies Id<'Order'>
// @ts-expect-error an order is no product
order satisfies Id<'Product'>
// @ts-expect-error nor is a parsed one
idOf('Order').parse('') satisfies Id<'Product'>
// @ts-expect-error a string is no id before somebody looked
'0199c0de-7a11-7bad-8a5e-5eed00c0ffee' satisfies Id<'Order'>

// @ts-expect-error an amount is not money
moneyOf(1, 'USD') satisfies number

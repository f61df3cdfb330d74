import { randomFillSync } from 'node:crypto'
import { z } from 'zod'

/**
 * The id of one kind of thing, a UUIDv7 in lower case. `Id<'Order'>` and `Id<'Variant'>` do not mix,
 * though both are strings; the same name means the same kind in every contract.
 */
export type Id<Kind extends string> = string & z.core.$brand<Kind>

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The schema of an id. */
export const idOf = <const Kind extends string>(kind: Kind) =>
  z
    .string()
    .regex(pattern, 'This is not a UUIDv7.')
    .meta({
      description: `Id of a ${kind.toLowerCase()}, a UUIDv7`,
      format: 'uuid',
      examples: ['0199c0de-7a11-7bad-8a5e-5eed00c0ffee'],
    })
    .brand<Kind, 'inout'>()

/** Whether a string is an id, of whatever kind the caller says it is. */
export const isId = <Kind extends string>(value: string): value is Id<Kind> => pattern.test(value)

/** The string as an id; throws when it is not one. For ids that come from our own records. */
export const asId = <Kind extends string>(value: string): Id<Kind> => {
  if (!isId<Kind>(value)) throw new TypeError('not a UUIDv7')
  return value
}

let lastTime = 0
let counter = 0
const random = new Uint8Array(8)

/**
 * Mints a UUIDv7 (RFC 9562, section 5.7). Ids minted by one process sort in the order of minting: the 12
 * bits after the time hold a counter (section 6.2, method 1), which starts anew each millisecond
 * and borrows from the next one when it runs over.
 */
export const newId = <Kind extends string>(now = Date.now()): Id<Kind> => {
  randomFillSync(random)
  if (now > lastTime) {
    lastTime = now
    counter = 0
  } else if (++counter > 0xfff) {
    lastTime += 1
    counter = 0
  }
  const time = hex(lastTime, 12)
  const tail = Buffer.from(random.buffer, random.byteOffset, random.byteLength)
  tail[0] = ((random[0] ?? 0) & 0x3f) | 0x80
  const rest = tail.toString('hex')
  return asId(`${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${rest.slice(0, 4)}-${rest.slice(4)}`)
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

import { z } from 'zod'
import { idSource } from './id-source.ts'

/**
 * The id of one kind of thing, a UUID in lower case: version 7 where it is ours, but one of another version
 * is an id that names nothing, not a malformed one. `Id<'Order'>` and `Id<'Variant'>` do not mix,
 * though both are strings; the same name means the same kind in every contract.
 */
export type Id<Kind extends string> = string & z.core.$brand<Kind>

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The schema of an id. */
export const idOf = <const Kind extends string>(kind: Kind) =>
  z
    .string()
    .regex(pattern, 'This is not a UUID.')
    .meta({
      description: `Id of ${inWords(kind)}, a UUID`,
      format: 'uuid',
      examples: ['0199c0de-7a11-7bad-8a5e-5eed00c0ffee'],
    })
    .brand<Kind, 'inout'>()

/** Whether a string is an id, of whatever kind the caller says it is. */
export const isId = <Kind extends string>(value: string): value is Id<Kind> => pattern.test(value)

/** The string as an id; throws when it is not one. For ids that come from our own records. */
export const asId = <Kind extends string>(value: string): Id<Kind> => {
  if (!isId<Kind>(value)) throw new TypeError('not a UUID')
  return value
}

const inWords = (kind: string) => {
  const words = kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
  return `${/^[aeio]/.test(words) ? 'an' : 'a'} ${words}`
}

const mint = idSource()

/**
 * Mints an id. Ids minted by one process sort in the order of minting, those of several by the
 * millisecond of their clocks.
 */
export const newId = <Kind extends string>(): Id<Kind> => asId(mint())

import { z } from 'zod'
import { digestOf } from './canonical-json.ts'
import { InvalidCursor } from './errors.ts'
import { isStorable } from './storable-text.ts'

/** How much of a list is wanted, and from where. */
export const pageRequest = z.strictObject({
  limit: z.int().min(1).max(100),
  cursor: z.string().max(1000).optional(),
})

/** See {@link pageRequest}. */
export type PageRequest = z.infer<typeof pageRequest>

/** The schema of a page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    data: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'Pass it as `cursor` for the next page; null on the last one' }),
  })

/** A page of a list. */
export interface Page<Item> {
  readonly data: Item[]
  readonly nextCursor: string | null
}

/**
 * Cursors for one kind of list: opaque to clients, the sort key of the last row inside (keyset paging).
 * A cursor carries a fingerprint of the query it was made for, and is refused with any other.
 *
 * ```ts
 * const cursors = cursorsFor('orders', z.tuple([z.string(), z.uuid()]))
 * const after = cursors.read(input.cursor, { status })
 * ```
 */
export const cursorsFor = <Position extends z.ZodType>(list: string, position: Position) => ({
  /** The cursor that stands behind a position. `query` is everything but limit and cursor. */
  write: (at: z.input<Position>, query: object): string =>
    Buffer.from(JSON.stringify([fingerprint(list, query), at])).toString('base64url'),

  /** The position in a cursor, undefined for none; throws `invalid_cursor`. */
  read: (cursor: string | undefined, query: object): z.output<Position> | undefined => {
    if (cursor === undefined) return undefined
    const [made, at] = contents.safeParse(decoded(cursor)).data ?? []
    const parsed = position.safeParse(at)
    if (made !== fingerprint(list, query) || !parsed.success) throw InvalidCursor()
    return parsed.data
  },
})

/**
 * The page out of up to `limit + 1` rows: one row more than asked for says that there is a next page.
 *
 * @param cursorOf the cursor that stands behind a row
 */
export const pageFrom = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> => {
  const last = rows[limit - 1]
  return {
    data: rows.slice(0, limit).map(itemOf),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  }
}

const fingerprint = (list: string, query: object): string => digestOf([list, query], 11)

const contents = z.tuple([z.string(), z.unknown()])

const decoded = (cursor: string): unknown => {
  if (!/^[\w-]+$/.test(cursor)) return undefined
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString(), storable)
  } catch {
    return undefined
  }
}

/** Refuses text that no database could keep: it comes from no row of ours. */
const storable = (_key: string, value: unknown): unknown => {
  if (typeof value === 'string' && !isStorable(value)) throw new TypeError('not a position')
  return value
}

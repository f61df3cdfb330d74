import { type CatalogContract, InsufficientStock, ItemUnavailable } from '@plinth/catalog-contract'
import type { ContractError, InputOf } from '@plinth/kernel'
import type { ReservedLine } from './reservation.ts'

type Request = InputOf<CatalogContract, 'reserveStock'>

/** A variant as it is while it is locked. */
export type LockedVariant = Omit<ReservedLine, 'quantity'> & {
  readonly forSale: boolean
  /** What can be bought. */
  readonly available: number
}

/** What an order gets: all that it asked for. */
export interface Allocation {
  readonly orderId: Request['orderId']
  readonly lines: readonly ReservedLine[]
}

/** Or why it gets nothing. */
export interface Refusal {
  readonly refusal: ContractError
}

/**
 * Shares out what there is, to each order all of it or nothing, in the order in which they came: whoever is refused
 * leaves everything to those behind.
 */
export const allocate = (
  variants: readonly LockedVariant[],
  requests: readonly Request[],
): (Allocation | Refusal)[] => {
  const known = new Map(variants.map(variant => [variant.variantId, variant]))
  const left = new Map(variants.map(({ variantId, available }) => [variantId, available]))
  return requests.map(({ orderId, lines }) => {
    const wanted = wantedOf(lines)
    const refusal = refusalOf(
      [...wanted].map(([variantId, quantity]) => ({
        variantId,
        requested: quantity,
        available: left.get(variantId) ?? 0,
        forSale: known.get(variantId)?.forSale ?? false,
      })),
    )
    if (refusal !== undefined) return { refusal }
    for (const [variantId, quantity] of wanted) left.set(variantId, (left.get(variantId) ?? 0) - quantity)
    return {
      orderId,
      lines: lines.flatMap(({ variantId, quantity }) => {
        const variant = known.get(variantId)
        return variant === undefined ? [] : [reserved(variant, quantity)]
      }),
    }
  })
}

/** How much of each variant is in the lines. */
export const wantedOf = (
  lines: readonly { readonly variantId: LockedVariant['variantId']; readonly quantity: number }[],
): ReadonlyMap<LockedVariant['variantId'], number> => {
  const wanted = new Map<LockedVariant['variantId'], number>()
  for (const { variantId, quantity } of lines) wanted.set(variantId, (wanted.get(variantId) ?? 0) + quantity)
  return wanted
}

interface Wish {
  readonly variantId: LockedVariant['variantId']
  readonly requested: number
  readonly available: number
  readonly forSale: boolean
}

/** What is not for sale is not available, however much of it there is. */
const refusalOf = (wishes: readonly Wish[]): ContractError | undefined => {
  const unavailable = wishes.filter(({ forSale }) => !forSale)
  if (unavailable.length > 0)
    return ItemUnavailable({
      lines: unavailable.map(({ variantId, requested }) => ({ variantId, requested, available: 0 })),
    })
  const short = wishes.filter(({ requested, available }) => available < requested)
  if (short.length === 0) return undefined
  return InsufficientStock({
    lines: short.map(({ variantId, requested, available }) => ({ variantId, requested, available })),
  })
}

const reserved = (
  { forSale: _f, available: _a, ...variant }: LockedVariant,
  quantity: number,
): ReservedLine => ({
  ...variant,
  quantity,
})

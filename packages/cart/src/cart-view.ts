import type { Cart, CartLine } from '@plinth/cart-contract'
import type { VariantOffer } from '@plinth/catalog-contract'
import { type Id, moneyOf, sum, times } from '@plinth/kernel'

/** The cart as it is stored: who wants how many of what. */
export interface StoredCart {
  readonly id: Id<'Cart'>
  readonly updatedAt: Date
  readonly lines: readonly StoredLine[]
}

/** A line as it is stored. */
export interface StoredLine {
  readonly variantId: Id<'Variant'>
  readonly quantity: number
}

/** The cart as it is shown: every line with what its variant costs and how many there are right now. */
export const showCart = (stored: StoredCart, offers: readonly VariantOffer[], currency: string): Cart => {
  const offerOf = new Map(offers.map(offer => [offer.variantId, offer]))
  const lines = stored.lines.map(line => showLine(line, offerOf.get(line.variantId)))
  return {
    id: stored.id,
    lines,
    itemCount: lines.reduce((count, line) => count + line.quantity, 0),
    subtotal: sum(
      lines.flatMap(line => line.lineTotal ?? []),
      currency,
    ),
    updatedAt: stored.updatedAt.toISOString(),
  }
}

const showLine = ({ variantId, quantity }: StoredLine, offer: VariantOffer | undefined): CartLine => {
  const { productId = null, sku = null, title = null } = offer ?? {}
  const shown = { variantId, productId, sku, title, quantity }
  if (offer === undefined || !offer.forSale) {
    return { ...shown, unitPrice: null, lineTotal: null, available: 0, problem: 'unavailable' }
  }
  const unitPrice = moneyOf(offer.price.amount, offer.price.currency)
  return {
    ...shown,
    unitPrice,
    lineTotal: times(unitPrice, quantity),
    available: offer.available,
    problem: offer.available < quantity ? 'insufficient_stock' : null,
  }
}

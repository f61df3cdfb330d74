import type { Id } from '@plinth/kernel'
import type { OrderStatus } from '@plinth/orders-contract'

/** How far a line is: on its way, or never to be. */
export type LineStatus = 'open' | 'fulfilled' | 'cancelled'

/** All that decides what may happen to an order next. */
export interface OrderState {
  readonly status: OrderStatus
  readonly lines: readonly { readonly sellerId: Id<'User'>; readonly status: LineStatus }[]
}

/** What somebody wants to happen to an order. */
export type Command =
  | { readonly do: 'pay' }
  | { readonly do: 'fail' }
  | { readonly do: 'cancel' }
  | { readonly do: 'fulfil'; readonly sellerId: Id<'User'> }

/**
 * What happens: the status the order moves to, where it moves at all, and the status of each line
 * afterwards. `nothing`: it is done already. `refused`: it cannot be done.
 */
export type Decision =
  | { readonly outcome: 'moved'; readonly to: OrderStatus; readonly lines: readonly LineStatus[] }
  | { readonly outcome: 'lines'; readonly lines: readonly LineStatus[] }
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'refused' }

/**
 * The state machine of an order, and the only way to a new state: `pending_payment` → `paid` → `fulfilled`,
 * `pending_payment` → `failed`, `pending_payment` or `paid` → `cancelled` as long as no line is fulfilled.
 */
export const decide = (order: OrderState, command: Command): Decision => {
  switch (command.do) {
    case 'pay':
      return order.status === 'pending_payment' ? move(order, 'paid') : done(order.status === 'paid')
    case 'fail':
      return order.status === 'pending_payment' ? move(order, 'failed') : done(order.status === 'failed')
    case 'cancel':
      return cancel(order)
    case 'fulfil':
      return fulfil(order, command.sellerId)
  }
}

const cancel = (order: OrderState): Decision => {
  const open = order.status === 'pending_payment' || order.status === 'paid'
  if (!open || order.lines.some(line => line.status === 'fulfilled'))
    return done(order.status === 'cancelled')
  return { outcome: 'moved', to: 'cancelled', lines: order.lines.map(() => 'cancelled') }
}

const fulfil = ({ status, lines }: OrderState, sellerId: Id<'User'>): Decision => {
  const own = lines.filter(line => line.sellerId === sellerId)
  if (own.length === 0) return { outcome: 'refused' }
  if (own.every(line => line.status === 'fulfilled')) return { outcome: 'nothing' }
  if (status !== 'paid') return { outcome: 'refused' }
  const after = lines.map(line => (line.sellerId === sellerId ? 'fulfilled' : line.status))
  return after.every(each => each === 'fulfilled')
    ? { outcome: 'moved', to: 'fulfilled', lines: after }
    : { outcome: 'lines', lines: after }
}

const move = ({ lines }: OrderState, to: OrderStatus): Decision => ({
  outcome: 'moved',
  to,
  lines: lines.map(line => line.status),
})

const done = (already: boolean): Decision => ({ outcome: already ? 'nothing' : 'refused' })

import { newId } from '@plinth/kernel'
import { type OrderStatus, orderStatus } from '@plinth/orders-contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Command, decide, type OrderState } from './order.ts'

const sellers = [newId<'User'>(), newId<'User'>(), newId<'User'>()] as const
const [ann, ben] = sellers

const seller = fc.constantFrom(...sellers)
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command>({ do: 'pay' }, { do: 'fail' }, { do: 'cancel' }),
  seller.map(sellerId => ({ do: 'fulfil' as const, sellerId })),
)
const newOrder: fc.Arbitrary<OrderState> = fc
  .array(seller, { minLength: 1, maxLength: 6 })
  .map(sellerIds => ({
    status: 'pending_payment',
    lines: sellerIds.map(sellerId => ({ sellerId, status: 'open' as const })),
  }))

const allowed: readonly (readonly [OrderStatus, OrderStatus])[] = [
  ['pending_payment', 'paid'],
  ['pending_payment', 'failed'],
  ['pending_payment', 'cancelled'],
  ['paid', 'fulfilled'],
  ['paid', 'cancelled'],
]

/** The order after a command. */
const after = (order: OrderState, given: Command): OrderState => {
  const decision = decide(order, given)
  if (decision.outcome === 'nothing' || decision.outcome === 'refused') return order
  return {
    status: decision.outcome === 'moved' ? decision.to : order.status,
    lines: order.lines.map((line, at) => ({ ...line, status: decision.lines[at] ?? line.status })),
  }
}

describe('an order', () => {
  it('only ever moves along the road that there is', () => {
    fc.assert(
      fc.property(newOrder, fc.array(command, { maxLength: 12 }), (order, commands) => {
        commands.reduce((before, each) => {
          const decision = decide(before, each)
          if (decision.outcome === 'moved') expect(allowed).toContainEqual([before.status, decision.to])
          return after(before, each)
        }, order)
      }),
    )
  })

  it('has lines that fit its status, whatever is asked of it', () => {
    fc.assert(
      fc.property(newOrder, fc.array(command, { maxLength: 12 }), (order, commands) => {
        const { status, lines } = commands.reduce(after, order)
        const statuses = new Set(lines.map(line => line.status))
        if (status === 'fulfilled') expect(statuses).toEqual(new Set(['fulfilled']))
        else if (status === 'cancelled') expect(statuses).toEqual(new Set(['cancelled']))
        else if (status !== 'paid') expect(statuses).toEqual(new Set(['open']))
        else expect(statuses).toContain('open')
      }),
    )
  })

  it('answers a command that was carried out with nothing more to do', () => {
    fc.assert(
      fc.property(newOrder, fc.array(command, { maxLength: 12 }), command, (order, commands, last) => {
        const before = commands.reduce(after, order)
        const { outcome } = decide(before, last)
        if (outcome === 'moved' || outcome === 'lines')
          expect(decide(after(before, last), last)).toEqual({ outcome: 'nothing' })
      }),
    )
  })

  it('leaves its last states by no command', () => {
    for (const status of orderStatus.options.filter(each => !allowed.some(([from]) => from === each)))
      fc.assert(
        fc.property(newOrder, command, (order, each) => {
          expect(decide({ ...order, status }, each).outcome).not.toBe('moved')
        }),
      )
  })
})

describe('fulfilling', () => {
  const paid: OrderState = {
    status: 'paid',
    lines: [
      { sellerId: ann, status: 'open' },
      { sellerId: ben, status: 'open' },
    ],
  }

  it('touches the lines of the seller alone', () => {
    expect(decide(paid, { do: 'fulfil', sellerId: ann })).toEqual({
      outcome: 'lines',
      lines: ['fulfilled', 'open'],
    })
  })

  it('is refused to whom nothing of the order belongs', () => {
    expect(decide(paid, { do: 'fulfil', sellerId: sellers[2] })).toEqual({ outcome: 'refused' })
  })

  it('rules out cancelling', () => {
    expect(decide(after(paid, { do: 'fulfil', sellerId: ben }), { do: 'cancel' })).toEqual({
      outcome: 'refused',
    })
  })
})

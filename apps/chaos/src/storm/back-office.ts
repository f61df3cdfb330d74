import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pageOf } from '@plinth/kernel'
import { refund } from '@plinth/payments-contract'
import type { Client } from '../client.ts'
import { adjustStock } from '../shopping.ts'
import type { Round } from './buyer.ts'

/** What the people behind the counter do until the round is over: small refunds by the admin, new stock by the seller. */
export const workInOffice = async (admin: Client, seller: Client, round: Round): Promise<void> => {
  const { numbers, orders, variants, isOver } = round
  while (!isOver()) {
    await sleep(numbers.between(100, 600))
    const orderId = orders[Math.floor(numbers.between(0, orders.length))]
    if (orderId !== undefined && numbers.chance(0.5))
      await admin.insist(refundOf(orderId, Math.ceil(numbers.between(0, 2000))))
    else await seller.insist(adjustStock(numbers.pick(variants), Math.round(numbers.between(-4, 8)) || 1))
  }
}

/**
 * What is left for an admin when the storm is over: the sandbox is told that refunds go through, and those that
 * were given up are tried again, until all is over.
 */
export const cleanUp = async (admin: Client, isOver: () => boolean): Promise<void> => {
  await admin.insist({ method: 'PUT', path: '/v1/admin/sandbox/refunds', body: { mode: 'up' } })
  while (!isOver()) {
    const failed = await admin.insist({ path: '/v1/admin/refunds?status=failed&limit=100' })
    const found = failed === 'unknown' ? undefined : pageOf(refund).safeParse(failed.json).data
    for (const { id } of found?.data ?? [])
      await admin.insist({ method: 'POST', path: `/v1/admin/refunds/${id}/retry`, key: randomUUID() })
    await sleep(500)
  }
}

const refundOf = (orderId: string, amount: number) => ({
  intent: 'refund' as const,
  method: 'POST' as const,
  path: `/v1/admin/orders/${orderId}/refunds`,
  key: randomUUID(),
  body: { amount: { amount, currency: 'USD' }, reason: 'A button was missing' },
})

/** Payments in a shop of somebody else's, with the sandbox for a provider. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { contextOf, local, newId, service } from '@plinth/kernel'
import { createPayments } from '@plinth/payments'
import { paymentsContract } from '@plinth/payments-contract'
import { logger, openDoor, pool, send, tokenOf } from './door.ts'

const settings = { currency: 'USD', provider: { name: 'sandbox' } } as const
const payments = createPayments({ pool, logger, settings })
const { app, url } = await openDoor(paymentsContract, payments)
const jobs = payments.jobs.map(job => job.start(logger))

// What the orders of somebody else would call.
const call = local(paymentsContract, payments.operations)
const orders = contextOf(service('orders'))
const [paymentId, orderId] = [newId<'Payment'>(), newId<'Order'>()]
const amount = { amount: 4900, currency: 'USD' }
await call.createPayment(orders, {
  paymentId,
  orderId,
  orderNumber: '100042',
  userId: newId<'User'>(),
  amount,
  provider: 'sandbox',
  token: 'tok_approved',
})
const result = await call.charge(orders, { paymentId })
assert.equal((await call.settle(orders, { paymentId, result })).status, 'captured')

const token = tokenOf('admin')
const refund = { token, headers: { 'idempotency-key': 'once' }, body: { amount, reason: 'Torn' } }
const asked = await send(`${url}/v1/admin/orders/${orderId}/refunds`, refund)
assert.equal(asked.status, 202)
for (let status = 'pending'; status === 'pending'; await setTimeout(100)) {
  const { body } = await send(`${url}/v1/admin/refunds?orderId=${orderId}`, { token })
  status = body.data[0].status
}
assert.equal((await call.getPayments(orders, { orderIds: [orderId] }))[0]?.status, 'refunded')

await Promise.all(jobs.map(job => job[Symbol.asyncDispose]()))
await app.close()
await pool[Symbol.asyncDispose]()

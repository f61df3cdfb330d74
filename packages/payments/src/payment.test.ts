import { expect, it } from 'vitest'
import { settledOutcome, statusOf } from './payment.ts'

const row = { status: 'captured', amount: 4900, refunded: 0, refunds_pending: 0, refunds_failed: 0 } as const

it.each([
  ['not settled', { status: 'pending' }, 'pending'],
  ['declined', { status: 'declined' }, 'declined'],
  ['not charged', { status: 'failed' }, 'failed'],
  ['captured', {}, 'captured'],
  ['with a refund under way', { refunds_pending: 1 }, 'refund_pending'],
  ['with one under way and one given up', { refunds_pending: 1, refunds_failed: 1 }, 'refund_pending'],
  ['with one done and one under way', { refunded: 100, refunds_pending: 1 }, 'refund_pending'],
  ['with one given up', { refunds_failed: 1 }, 'refund_failed'],
  ['with one done and one given up', { refunded: 100, refunds_failed: 1 }, 'refund_failed'],
  ['refunded in part', { refunded: 4899 }, 'partially_refunded'],
  ['refunded in whole', { refunded: 4900 }, 'refunded'],
  ['of nothing', { amount: 0 }, 'captured'],
] as const)('A payment %s is told in one word', (_, changes, status) => {
  expect(statusOf({ ...row, ...changes })).toBe(status)
})

it.each([
  [{ status: 'pending', reason: null }, undefined],
  [{ status: 'captured', reason: null }, { outcome: 'captured' }],
  [
    { status: 'declined', reason: 'No.' },
    { outcome: 'declined', reason: 'No.' },
  ],
  [
    { status: 'failed', reason: null },
    { outcome: 'failed', reason: 'failed' },
  ],
] as const)('%j answers a charge with %j', (settled, outcome) => {
  expect(settledOutcome(settled)).toEqual(outcome)
})

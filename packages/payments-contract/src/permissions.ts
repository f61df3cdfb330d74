import { permission } from '@plinth/kernel'

/** What payments let people do. */
export const paymentsPermissions = {
  refundAny: permission('payments:refund:any', {
    description: 'Refund orders, in part or whole, and retry refunds.',
  }),
  readAny: permission('payments:read:any', { description: 'See every refund.' }),
  sandboxAny: permission('payments:sandbox:any', {
    description: "Read the sandbox provider's journal and steer it.",
  }),
} as const

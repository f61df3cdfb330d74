import { contents } from './content.ts'
import type { NotificationsDeps } from './deps.ts'
import { mailToken } from './neighbours/users.ts'
import type { NotificationRow } from './notification.ts'
import type { Mail } from './smtp/transport.ts'
import { render } from './templates/render.ts'

/** The mail for a notification. A token that it needs is minted now, so that none is ever kept. */
export const composeMail = async (deps: NotificationsDeps, row: NotificationRow): Promise<Mail> => {
  const { from } = deps.settings
  const content = contents[row.type].parse(row.content)
  const shop = /^\s*"?([^"<]+?)"?\s*</.exec(from)?.[1] ?? 'the shop'
  const values = { ...content, shop, name: row.recipient_name, link: await linkOf(deps, row) }
  return {
    messageId: row.message_id,
    from,
    to: { name: row.recipient_name, address: row.recipient },
    ...render(row.type, values),
  }
}

const linkOf = async (
  deps: NotificationsDeps,
  { type, recipient_id, content }: NotificationRow,
): Promise<string> => {
  const { publicUrl } = deps.settings
  switch (type) {
    case 'welcome':
      return `${publicUrl}/verify-email?token=${encodeURIComponent(await mailToken(deps, recipient_id, 'verify_email'))}`
    case 'password_reset':
      return `${publicUrl}/reset-password?token=${encodeURIComponent(await mailToken(deps, recipient_id, 'reset_password'))}`
    case 'refund_failed':
      return `${publicUrl}/v1/admin/refunds/${contents.refund_failed.parse(content).refundId}/retry`
    case 'order_placed':
    case 'order_cancelled':
    case 'refund_done':
      return publicUrl
  }
}

import { contextOf, type Id, service } from '@plinth/kernel'
import type { Contact } from '@plinth/users-contract'
import type { NotificationsDeps } from '../deps.ts'

type Users = Pick<NotificationsDeps, 'neighbours'>

const context = contextOf(service('notifications'))

/** How to reach one user; nobody where the account is gone. */
export const contactsOf = ({ neighbours }: Users, userId: Id<'User'>): Promise<Contact[]> =>
  neighbours.users.getContacts(context, { userIds: [userId] })

/** How to reach the admins. */
export const adminContacts = ({ neighbours }: Users): Promise<Contact[]> =>
  neighbours.users.listAdmins(context, {})

/** A fresh one-time token for a mail that is about to go out. */
export const mailToken = async (
  { neighbours }: Users,
  userId: Id<'User'>,
  purpose: 'verify_email' | 'reset_password',
): Promise<string> => (await neighbours.users.issueMailToken(context, { userId, purpose })).token

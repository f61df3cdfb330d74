import { client, type NeighboursOf } from '@plinth/kernel'
import { usersContract } from '@plinth/users-contract'

/** The operations of others that notifications rely on. */
export const notificationsNeeds = {
  users: client(usersContract, 'getContacts', 'listAdmins', 'issueMailToken'),
}

/** What notifications are given for it. */
export type NotificationsNeighbours = NeighboursOf<typeof notificationsNeeds>

import { auditContract } from '@plinth/audit'
import { cartContract } from '@plinth/cart-contract'
import { catalogContract } from '@plinth/catalog-contract'
import type { Contract, Permission } from '@plinth/kernel'
import { messagingContract } from '@plinth/messaging'
import { notificationsContract } from '@plinth/notifications-contract'
import { ordersContract } from '@plinth/orders-contract'
import { paymentsContract } from '@plinth/payments-contract'
import { usersContract } from '@plinth/users-contract'

/** Everything the shop promises, contract by contract. */
export const contracts: readonly Contract[] = [
  usersContract,
  catalogContract,
  cartContract,
  ordersContract,
  paymentsContract,
  notificationsContract,
  messagingContract,
  auditContract,
]

/** Every permission there is: what the roles are made of. */
export const permissions: readonly Permission[] = contracts.flatMap(contract =>
  Object.values(contract.permissions),
)

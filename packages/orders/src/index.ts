export type { OrdersNeighbours, OrdersSettings } from './deps.ts'
export { createOrders, type Orders, type OrdersOptions } from './orders.ts'

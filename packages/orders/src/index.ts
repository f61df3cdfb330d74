export type { OrdersSettings } from './deps.ts'
export { type OrdersNeighbours, ordersNeeds } from './neighbours/needs.ts'
export { createOrders, type Orders, type OrdersOptions } from './orders.ts'
export { ordersRoutes } from './routes.ts'

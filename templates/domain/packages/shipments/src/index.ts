export { shipmentsRoutes } from './routes.ts'
export { createShipments, type Shipments, type ShipmentsOptions } from './shipments.ts'

export * from './contract.ts'
export * from './permissions.ts'
export * from './shipment.ts'

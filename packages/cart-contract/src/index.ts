export * from './cart.ts'
export * from './contract.ts'
export * from './errors.ts'
export * from './permissions.ts'

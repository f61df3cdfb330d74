export * from './contract.ts'
export * from './notification.ts'
export * from './permissions.ts'

export * from './contract.ts'
export * from './errors.ts'
export * from './permissions.ts'
export * from './review.ts'

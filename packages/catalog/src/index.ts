export * from './create-catalog.ts'

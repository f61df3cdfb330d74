export * from './create-catalog.ts'
export type * from './settings.ts'

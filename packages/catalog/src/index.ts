export * from './create-catalog.ts'
export { catalogRoutes } from './routes.ts'
export type * from './settings.ts'

export { usersRoutes } from './routes.ts'
export type { SigningKey, TokenSettings } from './sessions/access-token.ts'
export { createUsers, type Users, type UsersOptions } from './users.ts'

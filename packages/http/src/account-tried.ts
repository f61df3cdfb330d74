import type { Actor } from '@plinth/kernel'
import { z } from 'zod'
import type { RouteDeclaration } from './route-spec.ts'

/**
 * The account that a request on a route of `limit: 'credentials'` tries at: that of whoever is signed in, where one has to
 * be; else the one whose `email` is in the body.
 */
export const accountTried = (
  { operation }: Pick<RouteDeclaration, 'operation'>,
  actor: Actor,
  body: unknown,
): string | undefined => {
  if (operation.access === 'public') return named.safeParse(body).data?.email
  return actor.kind === 'user' ? actor.id : undefined
}

const named = z.object({ email: z.string() })

import { permission } from '@plinth/kernel'

/** What reviews let people do; to read them takes no permission. */
export const reviewsPermissions = {
  writeOwn: permission('reviews:write:own', { description: 'Review what was bought.', roles: ['user'] }),
} as const

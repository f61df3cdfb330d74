import { domains } from '@plinth/host'

/** What the drill goes through: each domain outside by itself, and all of them at once. */
export const topologies: readonly string[] = [...domains, 'all']

/** Every hour another. */
export const turnOf = (at: Date): string =>
  topologies[Math.floor(at.getTime() / 3_600_000) % topologies.length] ?? 'all'

import { type Domain, domains } from '@plinth/host'

/** The variable that says which domains run outside: `none`, `all`, or names with commas between them. */
export const topologyVariable = 'PLINTH_TEST_TOPOLOGY'

/** The domains that are deployables of their own in the shops of this run; none unless told. */
export const outside = (topology = process.env[topologyVariable] ?? 'none'): readonly Domain[] => {
  if (topology === 'none') return []
  if (topology === 'all') return domains
  const wanted = topology.split(',')
  const unknown = wanted.filter(name => !domains.some(domain => domain === name))
  if (unknown.length > 0) throw new Error(`${topologyVariable}: there is no domain ${unknown.join(', ')}`)
  return domains.filter(domain => wanted.includes(domain))
}

/** The variable of a shop's environment that says where a domain that is outside has its tables, and as whom it comes. */
export const homeVariable = (domain: Domain): string => `HOME_OF_${domain.toUpperCase()}`

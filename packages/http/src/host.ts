import { LRUCache } from 'lru-cache'

/** Whether a Host header names a host, with or without a port. A shop is asked under few names, again and again. */
export const isHost = (host: string): boolean => {
  const before = known.get(host)
  if (before !== undefined) return before
  const fits = URL.canParse(`http://${host}`)
  if (host.length <= longest) known.set(host, fits)
  return fits
}

const known = new LRUCache<string, boolean>({ max: 100 })
const longest = 255

import { isIP } from 'node:net'
import { z } from 'zod'

const listed = (fits: (text: string) => boolean, complaint: string) =>
  z
    .string()
    .default('')
    .transform(text =>
      text
        .split(',')
        .map(each => each.trim())
        .filter(each => each !== ''),
    )
    .refine(texts => texts.every(fits), complaint)

/** Origins, separated by commas, as browsers name them. A wildcard is none: whoever may call is named. */
export const origins = listed(
  text => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text,
  'must be origins such as https://shop.example, without a path, separated by commas',
)

/**
 * Proxies, separated by commas: addresses, networks, or the names that proxy-addr has for some. A network of
 * everybody is refused: then everybody could say where they come from.
 */
export const proxies = listed(text => {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', bits, ...more] = text.split('/')
  const longest = { 4: 32, 6: 128 }[isIP(address)]
  if (longest === undefined || more.length > 0) return false
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= longest)
}, 'must be addresses or networks such as 10.0.0.0/8, not of everybody, separated by commas')

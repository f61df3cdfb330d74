import { z } from 'zod'

/**
 * Throws unless a schema says the same on both sides and to JSON: nothing in it fills in, coerces, trims
 * or transforms, and every value it takes survives the wire. What the types cannot see (`.trim()`, a
 * `Date`) is found here, once, when the contract is declared.
 */
export const assertPlain = (schema: z.core.$ZodType, where: string): void => {
  const seen = new Set<z.core.$ZodType>()
  const visit = (each: z.core.$ZodType): void => {
    if (seen.has(each)) return
    seen.add(each)
    const { def } = each._zod
    const fault = faultOf(def)
    if (fault !== undefined) throw new TypeError(`${where} is not plain: ${fault}`)
    for (const part of Object.values(def)) for (const child of schemasIn(part)) visit(child)
    if (def.type === 'lazy' && 'getter' in def && typeof def.getter === 'function')
      for (const child of schemasIn(def.getter())) visit(child)
  }
  visit(schema)
}

const faultOf = (def: z.core.$ZodTypeDef): string | undefined => {
  if (notPlain.has(def.type)) return `it has a ${def.type}`
  if ('coerce' in def && def.coerce === true) return `it coerces to ${def.type}`
  if ('transform' in def) return 'it has a codec'
  if (def.checks?.some(({ _zod }) => _zod.def.check === 'overwrite')) return 'it rewrites text'
  return undefined
}

/** Types that fill in or change what they are given, and types of which JSON knows nothing. */
const notPlain: ReadonlySet<string> = new Set<z.core.$ZodTypeDef['type']>([
  'bigint',
  'catch',
  'date',
  'default',
  'file',
  'function',
  'map',
  'nan',
  'prefault',
  'promise',
  'set',
  'success',
  'symbol',
  'transform',
])

/** The schemas in one property of a definition: itself, a list of them, or the fields of an object. */
const schemasIn = (part: unknown): z.core.$ZodType[] => {
  if (part instanceof z.core.$ZodType) return [part]
  if (typeof part !== 'object' || part === null) return []
  return Object.values(part).filter(each => each instanceof z.core.$ZodType)
}

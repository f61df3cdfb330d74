import { describeError, isError } from './describe-error.ts'
import { scrubText } from './scrub-text.ts'

/**
 * A copy of named fields that is fit for a log line: what a name marks as secret or personal is replaced at
 * any depth, errors become their description, texts are scrubbed and cut, and the whole is bounded in depth
 * and size, so that nothing that is logged by mistake can flood the log. `serializers` turn the fields they
 * name into something smaller first.
 */
export const redactFields = (
  fields: object,
  serializers: Readonly<Record<string, (value: never) => unknown>> = {},
): Record<string, unknown> => {
  const budget = { left: 1_000 }
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isPrivate(name) ? '[redacted]' : copy(serialize(serializers, name, value), 1, budget),
    ]),
  )
}

const serialize = (
  serializers: Readonly<Record<string, (value: never) => unknown>>,
  name: string,
  value: unknown,
): unknown => {
  if (isError(value) || !Object.hasOwn(serializers, name)) return value
  const serializer: unknown = serializers[name]
  return typeof serializer === 'function' ? serializer(value) : value
}

const copy = (value: unknown, depth: number, budget: { left: number }): unknown => {
  if (typeof value === 'string') return scrubText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth > 6 || budget.left <= 0) return '[more]'
  budget.left -= 1
  if (isError(value)) return describeError(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (value instanceof Map || value instanceof Set) return copy([...value], depth, budget)
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), depth + 1, budget)
  if (Array.isArray(value)) return value.slice(0, 100).map(element => copy(element, depth + 1, budget))
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 100)
      .map(([name, inner]) => [name, isPrivate(name) ? '[redacted]' : copy(inner, depth + 1, budget)]),
  )
}

const isPrivate = (name: string): boolean => {
  const known = names.get(name)
  if (known !== undefined) return known
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const answer = secret.test(plain) || personal.has(plain)
  if (names.size < 1_000) names.set(name, answer)
  return answer
}

const names = new Map<string, boolean>()

const secret =
  /password|passwd|passphrase|secret|token|authorization|cookie|apikey|privatekey|credential|jwtkeys/

const personal = new Set([
  'card',
  'cardnumber',
  'pan',
  'cvc',
  'cvv',
  'iban',
  'phone',
  'shippingaddress',
  'billingaddress',
  'deliveryaddress',
  'street',
  'line1',
  'line2',
  'postalcode',
])

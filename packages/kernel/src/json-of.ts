import { isFrozen } from './frozen.ts'

/**
 * What `JSON.stringify` gives, but that the text of what `freeze` has frozen is made once and kept with it. So are the
 * texts of frozen elements of a list, and of a list in an object, out of which a page is put together.
 */
export const jsonOf = (value: unknown): string | undefined => {
  if (!isFrozen(value)) return compose(value)
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = compose(value)
  if (text !== undefined) texts.set(value, text)
  return text
}

const texts = new WeakMap<object, string>()

const compose = (value: unknown): string | undefined => {
  if (isListOfFrozen(value)) return listOf(value)
  if (!isPlain(value) || !Object.values(value).some(isListOfFrozen)) return JSON.stringify(value)
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = isListOfFrozen(member) ? listOf(member) : JSON.stringify(member)
    return text === undefined ? [] : `${JSON.stringify(name)}:${text}`
  })
  return `{${members.join(',')}}`
}

const listOf = (list: readonly object[]): string => `[${list.map(each => jsonOf(each) ?? 'null').join(',')}]`

const isListOfFrozen = (value: unknown): value is readonly object[] =>
  Array.isArray(value) && value.length > 0 && !('toJSON' in value) && value.every(isFrozen)

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !('toJSON' in value)

import { type Contract, versionOf } from './contract.ts'
import type { DeclaredError } from './error.ts'
import { universalErrors } from './errors.ts'
import type { Operation } from './operation.ts'
import { assertPlain } from './plain-schema.ts'

/**
 * Declares a contract, and checks when it is loaded what the types cannot: that its names belong to it
 * and hang together, that its schemas are plain, and that its examples fit.
 *
 * @throws TypeError that says what is wrong; a contract that loads is sound
 */
export const defineContract = <const C extends Contract>(contract: C): C => {
  if (!/^[a-z][a-z0-9_]*$/.test(contract.name))
    throw new TypeError(`"${contract.name}" is no name for a contract`)
  if (!Number.isSafeInteger(versionOf(contract)) || versionOf(contract) < 1)
    throw new TypeError(`${contract.name} has version ${contract.version}`)
  checkPermissions(contract)
  checkEvents(contract)
  checkOperations(contract)
  checkErrors(contract)
  return contract
}

const checkPermissions = ({ name: own, permissions }: Contract) => {
  const form = new RegExp(`^${own}:[a-z][a-z-]*:(own|any)$`)
  for (const { name } of Object.values(permissions))
    if (!form.test(name)) throw new TypeError(`permission ${name} does not belong to ${own}`)
}

const checkEvents = ({ name: own, events }: Contract) => {
  const form = new RegExp(`^${own}\\.[a-z0-9]+(-[a-z0-9]+)*$`)
  const versions = new Set<string>()
  for (const { type, version, data, example } of Object.values(events)) {
    if (!form.test(type)) throw new TypeError(`event ${type} does not belong to ${own}`)
    if (!Number.isSafeInteger(version) || version < 1)
      throw new TypeError(`event ${type} has version ${version}`)
    if (versions.size === versions.add(`${type} ${version}`).size)
      throw new TypeError(`event ${type} is there twice`)
    assertPlain(data, `event ${type}`)
    const { error } = data.safeParse(example)
    if (error) throw new TypeError(`the example of event ${type} does not fit its data`, { cause: error })
  }
}

const checkOperations = (contract: Contract) => {
  const { name: own, operations } = contract
  const prototype: unknown = Object.getPrototypeOf(operations)
  if (prototype !== null && prototype !== Object.prototype)
    throw new TypeError(`an operation of ${own} is called __proto__`)
  for (const [name, operation] of Object.entries(operations)) {
    const where = `${own}.${name}`
    if (!/^[a-z][A-Za-z0-9]*$/.test(name) || name in Object.prototype || name === 'then')
      throw new TypeError(`${where} is no name for an operation`)
    checkOperation(contract, operation, where)
  }
}

const checkOperation = (
  { name: own, operations, permissions }: Contract,
  operation: Operation,
  where: string,
) => {
  const { input, output, access, undoneBy } = operation
  assertPlain(input, `the input of ${where}`)
  assertPlain(output, `the output of ${where}`)
  if (input.safeParse(null).success && input.safeParse(undefined).success)
    throw new TypeError(`the input of ${where} takes both null and undefined, which are one on the wire`)
  if (undoneBy !== undefined && !Object.hasOwn(operations, undoneBy))
    throw new TypeError(`${where} is undone by ${undoneBy}, which there is not`)
  const declared = new Set(Object.values(permissions))
  for (const permission of typeof access === 'string' ? [] : access)
    if (!declared.has(permission))
      throw new TypeError(`${where} asks for ${permission.name}, which ${own} does not declare`)
}

/** A code means one thing within a contract, and a universal one means the same everywhere. */
const checkErrors = ({ name: own, operations }: Contract) => {
  const byCode = new Map<string, DeclaredError>(universalErrors.map(each => [each.code, each]))
  for (const error of Object.values(operations).flatMap(({ errors }) => errors)) {
    const known = byCode.get(error.code)
    if (known === error) continue
    if (known) throw new TypeError(`${own} has two errors called ${error.code}`)
    assertPlain(error.details, `the error ${error.code} of ${own}`)
    byCode.set(error.code, error)
  }
}

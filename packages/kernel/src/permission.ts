/** A right that an operation asks for and a role may hold. */
export interface Permission<Name extends string = string> {
  /** `domain:verb:scope`, as in `catalog:write:own`. */
  readonly name: Name
  /** What it lets its holder do, in one sentence; shown in the API reference. */
  readonly description: string
  /** The built-in roles that hold it. `admin` holds every permission and need not be named. */
  readonly roles: readonly Role[]
}

/** The roles every shop starts with. */
export const roles = ['user', 'seller', 'admin'] as const

/** A built-in role. */
export type Role = (typeof roles)[number]

/** Declares a permission. */
export const permission = <const Name extends `${string}:${string}:${'own' | 'any'}`>(
  name: Name,
  spec: { readonly description: string; readonly roles?: readonly Role[] },
): Permission<Name> => ({ name, description: spec.description, roles: spec.roles ?? [] })

/**
 * Names of all permissions that a set of roles adds up to.
 *
 * @param declared every permission there is, from all contracts
 * @param granted names of the permissions that those of the roles add which the shop defined itself
 */
export const permissionsOf = (
  held: readonly string[],
  declared: readonly Permission[],
  granted: readonly string[] = [],
): string[] =>
  declared
    .filter(
      ({ name, roles }) =>
        held.includes('admin') || roles.some(role => held.includes(role)) || granted.includes(name),
    )
    .map(({ name }) => name)

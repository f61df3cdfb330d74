import type { House } from './house.ts'

/** A rule of the house: what it is called, and everything that breaks it, one line each. */
export interface Rule {
  readonly name: string
  readonly violations: (house: House) => string[]
}

/** What the names of our packages begin with. */
export const ours = '@plinth/'

/** The package that an import comes from, whichever of its entries. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** A package of ours without our prefix, as the graph names it. */
export const localName = (specifier: string): string => packageOf(specifier).replace(ours, '')

export { type AccessStanding, createAccessStanding } from './access-standing.ts'
export {
  type DomainParts,
  type Elsewhere,
  elsewhere,
  type ForwardedDomain,
  type Here,
  type HostedDomain,
  here,
  type Routes,
} from './composition.ts'
export { type Config, ConfigError, readConfig } from './config.ts'
export { type Connections, openConnections } from './connections.ts'
export { contracts, permissions } from './contracts.ts'
export { type Deployable, deploy } from './deploy.ts'
export { createPublicFace } from './face.ts'
export { type Ground, type LaidGround, layGround } from './ground.ts'
export { type Background, startBackground, stopOnSignal } from './lifecycle.ts'
export {
  type Composition,
  migrationsFor,
  type OpenHost,
  type OpenOptions,
  openHost,
} from './open-host.ts'
export { type Domain, domains, type Place, urlVariable } from './place.ts'
export { preflight } from './preflight.ts'
export { prepareUsers } from './prepare-users.ts'
export { providerNamed } from './provider-named.ts'
export { type RotationStep, rotateKeys } from './rotate-keys.ts'
export { generateKey, jwkSet, type PrivateJwk } from './signing-keys.ts'
export { databaseOfOpenShop, type Foundations, layFoundations, type Tell } from './substitutes.ts'
export type { Neighbour, NeighbourStatus } from './wire/neighbour.ts'
export type { Neighbours } from './wire/neighbours.ts'

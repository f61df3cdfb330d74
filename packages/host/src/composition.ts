import { type AuditSource, type AuditTrail, auditContract } from '@plinth/audit'
import {
  type Client,
  type Colocated,
  type Contract,
  detached,
  type ExposedContract,
  type ExposeOptions,
  expose,
  type Implementation,
  local,
  remote,
} from '@plinth/kernel'
import type { Consumer } from '@plinth/messaging'
import type { Job, Migrations, Outbox } from '@plinth/postgres'
import type { FastifyInstance } from 'fastify'
import type { Neighbour } from './wire/neighbour.ts'

/** What the factory of a domain gives. */
export interface DomainParts<C extends Contract> {
  readonly operations: Implementation<C>
  readonly routes: Routes
  readonly consumers?: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly outbox?: Outbox
  readonly audit?: AuditTrail
  readonly migrations: Migrations
}

/** Public routes: a Fastify plugin for a gateway. */
export type Routes = (app: FastifyInstance) => Promise<void>

/** A domain in this process. */
export interface Here<C extends Contract, Parts extends DomainParts<C> = DomainParts<C>>
  extends HostedDomain {
  readonly domain: Parts
  readonly near: Colocated<C>
  /** For whoever does not mind where it is. */
  readonly client: Client<C>
}

/** A domain in a deployable of its own. */
export interface Elsewhere<C extends Contract> extends ForwardedDomain {
  readonly domain: undefined
  readonly near: undefined
  readonly far: Client<C>
  readonly client: Client<C>
}

/** What a host does for a domain that is in it, whichever it is. */
export interface HostedDomain {
  readonly where: 'here'
  readonly contract: Contract
  readonly routes: Routes
  readonly consumers: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly outboxes: readonly Outbox[]
  readonly audits: readonly AuditTrail[]
  readonly migrations: Migrations
  /** Its contract, for others to call. */
  readonly expose: (options: ExposeOptions) => ExposedContract
}

/** What a host does for a domain that is elsewhere. */
export interface ForwardedDomain {
  readonly where: 'elsewhere'
  readonly neighbour: Neighbour
  /** What is forwarded to it; see `forwardRoutes` of `@plinth/http`. */
  readonly routes: Routes
  /** Its audit, read over the network. */
  readonly audits: readonly AuditSource[]
}

/** Puts a domain into this process. */
export const here = <C extends Contract, Parts extends DomainParts<C>>(
  contract: C,
  domain: Parts,
): Here<C, Parts> => {
  const { operations, routes, consumers = [], jobs, outbox, audit, migrations } = domain
  const near = local(contract, operations)
  return {
    ...{ where: 'here', contract, domain, near, client: near },
    ...{ routes, consumers, jobs, migrations },
    outboxes: outbox === undefined ? [] : [outbox],
    audits: audit === undefined ? [] : [audit],
    expose: options => expose(contract, operations, options),
  }
}

/**
 * Takes a domain for one that runs elsewhere.
 *
 * @param routes its public routes, over whatever answers its contract: only what they are is of interest, since they are
 * forwarded
 */
export const elsewhere = <C extends Contract>(
  contract: C,
  neighbour: Neighbour,
  routes: (far: Colocated<C>) => Routes,
): Elsewhere<C> => {
  const far = remote(contract, neighbour)
  return {
    where: 'elsewhere',
    neighbour,
    routes: routes(detached(contract, far)),
    audits: [remote(auditContract, neighbour)],
    domain: undefined,
    near: undefined,
    far,
    client: far,
  }
}

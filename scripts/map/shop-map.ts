import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Contract, Need, Operation } from '../../packages/kernel/src/index.ts'
import { domains } from '../architecture/graph.ts'
import { type House, type Room, readHouse } from '../architecture/house.ts'

/** Everything there is in the shop and how it hangs together, read from the code. */
export interface ShopMap {
  /** Packages and applications, with those of ours that they stand on. */
  readonly rooms: readonly {
    readonly name: string
    readonly isApp: boolean
    readonly needs: readonly string[]
  }[]
  readonly domains: readonly DomainOnMap[]
  readonly calls: readonly Call[]
  readonly deliveries: readonly Delivery[]
}

/** One domain. */
export interface DomainOnMap {
  readonly name: string
  readonly contract: Contract
  /** Those of its PostgreSQL schema, in the order of their migrations. */
  readonly tables: readonly string[]
  /** What it looks for again and again. */
  readonly jobs: readonly string[]
}

/** One operation that one domain asks another for. */
export interface Call {
  readonly from: string
  readonly to: string
  readonly name: string
  readonly operation: Operation
  /** Whether it joins the caller's transaction where both are in one process. */
  readonly joins: boolean
}

/** One event that one domain tells of, and a consumer of another. */
export interface Delivery {
  readonly event: string
  readonly from: string
  /** `payments.refund-cancelled-order` */
  readonly consumer: string
  readonly to: string
}

/** Reads the map from the workspace under a root. */
export const readMap = async (root: string): Promise<ShopMap> => {
  const house = readHouse(root)
  const found = await Promise.all(
    domains.map(async name => ({
      name,
      contract: await contractOf(root, name),
      needs: await needsOf(root, name),
    })),
  )
  const contracts = new Map(found.map(({ name, contract }) => [name as string, contract]))
  return {
    rooms: house.rooms.map(room => ({
      name: room.name,
      isApp: room.folder.startsWith('apps/'),
      needs: room.dependencies.filter(name => name.startsWith('@plinth/')).map(name => name.slice(8)),
    })),
    domains: found.map(({ name, contract }) => ({
      name,
      contract,
      tables: tablesOf(house, name),
      jobs: jobsOf(roomOf(house, name)),
    })),
    calls: found.flatMap(({ name, needs }) => callsOf(name, needs)),
    deliveries: domains.flatMap(name => deliveriesTo(roomOf(house, name), contracts)),
  }
}

const roomOf = (house: House, name: string): Room => {
  const room = house.rooms.find(each => each.folder === `packages/${name}`)
  if (room === undefined) throw new Error(`there is no package for ${name}`)
  return room
}

const contractOf = async (root: string, name: string): Promise<Contract> => {
  const entry: Record<string, unknown> = await import(join(root, `packages/${name}-contract/src/index.ts`))
  const contract = entry[`${name}Contract`]
  if (!isContract(contract)) throw new Error(`@plinth/${name}-contract does not export ${name}Contract`)
  return contract
}

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'operations' in value && 'events' in value

/** What a domain asks of its neighbours: the value that its types are derived from. */
const needsOf = async (root: string, name: string): Promise<readonly Need[]> => {
  const path = join(root, `packages/${name}/src/neighbours/needs.ts`)
  if (!existsSync(path)) return []
  const entry: Record<string, unknown> = await import(path)
  const needs = entry[`${name}Needs`]
  const values = typeof needs === 'object' && needs !== null ? Object.values(needs) : []
  if (values.length === 0 || !values.every(isNeed))
    throw new Error(`${path} does not say what ${name} needs, as ${name}Needs`)
  return values
}

const isNeed = (value: unknown): value is Need =>
  typeof value === 'object' &&
  value !== null &&
  'contract' in value &&
  'as' in value &&
  isContract(value.contract)

const callsOf = (from: string, needs: readonly Need[]): Call[] =>
  needs.flatMap(({ contract, operations, as }) =>
    operations.map(name => {
      const operation = contract.operations[name]
      if (operation === undefined) throw new Error(`${contract.name} has no operation ${name}`)
      return {
        from,
        to: contract.name,
        name,
        operation,
        joins: as === 'colocated' && operation.tx === 'joins',
      }
    }),
  )

/** A file `on-*.ts` holds one consumer; its name and its event stand beside each other. */
const deliveriesTo = (room: Room, contracts: ReadonlyMap<string, Contract>): Delivery[] =>
  room.files
    .filter(({ path }) => /\/on-[^/]+\.ts$/.test(path))
    .map(({ path, text }) => {
      const [, consumer = '', from = '', key = ''] =
        /defineConsumer\(\{\s*name: '([^']+)',\s*event: (\w+)Contract\.events\.(\w+)/.exec(text) ?? []
      const event = contracts.get(from)?.events[key]
      if (event === undefined) throw new Error(`${path} does not say which event it consumes`)
      return { event: event.type, from, consumer, to: room.name }
    })

const tablesOf = (house: House, domain: string): string[] =>
  [...house.sql]
    .filter(([path]) => path.startsWith(`sql/${domain}/`))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, text]) =>
      Array.from(text.matchAll(/^create table (?:\w+)\.(\w+)/gm), ([, table = '']) => table),
    )

const jobsOf = (room: Room): string[] =>
  room.files
    .flatMap(({ text }) =>
      Array.from(text.matchAll(/createJob\(\{\s*name: '([^']+)'/g), ([, name = '']) => name),
    )
    .toSorted()

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admit,
  anonymous,
  contextOf,
  Forbidden,
  holds,
  permission,
  permissionsOf,
  roles,
  service,
  Unauthenticated,
  type User,
} from './index.ts'

const buy = permission('shop:buy:own', { description: 'Buy.', roles: ['user', 'seller'] })
const sell = permission('shop:sell:own', { description: 'Sell.', roles: ['seller'] })
const rule = permission('shop:rule:any', { description: 'Rule.' })
const all = [buy, sell, rule]

const user = (...permissions: string[]): User => ({ kind: 'user', id: 'u', roles: [], permissions })

describe('Roles', () => {
  it('add up to the permissions that name them', () => {
    expect(permissionsOf([], all)).toStrictEqual([])
    expect(permissionsOf(['user'], all)).toStrictEqual([buy.name])
    expect(permissionsOf(['user', 'seller'], all)).toStrictEqual([buy.name, sell.name])
  })

  it('are worth nothing when nobody knows them', () => {
    expect(permissionsOf(['owner', 'Admin', 'toString', ''], all)).toStrictEqual([])
  })

  it('of the shop itself add the permissions that they were given, as far as those are declared', () => {
    expect(permissionsOf(['user', 'auditor'], all, [rule.name, 'shop:gone:any'])).toStrictEqual([
      buy.name,
      rule.name,
    ])
  })

  it('hold everything for an admin, named or not', () => {
    expect(permissionsOf(['admin'], all)).toStrictEqual(all.map(each => each.name))
  })

  it('never take away: more roles hold at least as much', () => {
    const held = fc.subarray([...roles])
    fc.assert(
      fc.property(held, held, (some, more) => {
        expect(permissionsOf([...some, ...more], all)).toStrictEqual(
          expect.arrayContaining(permissionsOf(some, all)),
        )
      }),
    )
  })
})

describe('An actor', () => {
  it('holds what its token lists by name, and nothing else', () => {
    expect(holds(user('shop:buy:own'), buy)).toBe(true)
    expect(holds(user('shop:buy', 'shop:buy:any', 'shop:sell:own', '*'), buy)).toBe(false)
  })

  it('that is a part of the shop holds everything, and nobody in particular nothing', () => {
    for (const each of all) {
      expect(holds(service('orders'), each)).toBe(true)
      expect(holds(anonymous, each)).toBe(false)
    }
  })

  it('is admitted by any one permission, else told to sign in or refused', () => {
    const refusal = (actor: Parameters<typeof contextOf>[0]) => {
      try {
        admit(contextOf(actor), [buy, sell])
        return 'none'
      } catch (error) {
        return Unauthenticated.is(error) ? 'unauthenticated' : Forbidden.is(error) ? 'forbidden' : error
      }
    }
    expect(refusal(user(sell.name))).toBe('none')
    expect(refusal(user(rule.name))).toBe('forbidden')
    expect(refusal(anonymous)).toBe('unauthenticated')
    expect(refusal(service('orders'))).toBe('none')
  })
})

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generate } from './generate.ts'
import { inWordsOf, namesFor } from './names.ts'

const root = join(import.meta.dirname, '..', '..')

describe('pnpm new:domain refuses, in one line,', () => {
  it.each<[string, string, string | undefined, RegExp]>([
    ['a domain that is there', 'cart', undefined, /^apps\/cart is there already$/],
    ['the name of another package', 'kernel', undefined, /^packages\/kernel is there already$/],
    ['what is no name', 'Gift-cards', undefined, /^"Gift-cards" is not a good name: small letters/],
    ['no name at all', '', undefined, /^"" is not a good name/],
    ['a path', '../cart', undefined, /^"..\/cart" is not a good name/],
    ['a reserved word of SQL', 'grants', 'grant', /^"grant" is not a good name: it means something else/],
    ['a reserved word of TypeScript', 'news', undefined, /^"new" is not a good name/],
    ['a word of the code around it', 'neighbours', undefined, /^"neighbours" is not a good name/],
    ['a type of the code around it', 'pages', undefined, /^"page" is not a good name/],
    ['a thing of the same name', 'sheep', undefined, /^what do sheep keep\? Say it in the singular: --thing/],
  ])('%s', (_, domain, thing, line) => {
    const refusal = () => generate(root, domain, thing)
    expect(refusal).toThrow(line)
    expect(refusal).not.toThrow(/\n/)
  })
})

describe('the words of a new domain', () => {
  it('take every form', () => {
    const text = 'Shipments: a shipment of `shipments.shipment` at SHIPMENTS_URL, newShipment and shipmentId'
    expect(inWordsOf(namesFor('addresses', 'address'), text)).toBe(
      'Addresses: an address of `addresses.address` at ADDRESSES_URL, newAddress and addressId',
    )
  })
})

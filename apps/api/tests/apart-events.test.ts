import { describeWith, eventually } from '@plinth/testing'
import { connect } from 'amqplib'
import { expect, test } from 'vitest'
import { givenGround } from './given-shop.ts'
import { startProcess } from './host-process.ts'
import { startParted } from './parted-host.ts'
import { signInAdmin, signUp, signUpSeller } from './people.ts'
import { available, buy, cancel, offer } from './shopping.ts'

describeWith('rabbitmq', 'a catalog with a database of its own', amqpUrl => {
  test('is restocked after a cancellation, though neither it nor its queue was there', async () => {
    await using ground = await givenGround({ amqpUrl }, {}, ['catalog'])
    await using shop = await startParted(ground.env, { start: startProcess })
    const seller = await signUpSeller(shop.url, await signInAdmin(shop.url), 'Loom and Thread')
    const wanted = await offer(seller, { stock: 5 })
    const buyer = await signUp(shop.url, 'Ada Moreau')
    const order = await buy(buyer, wanted, 2)
    expect(await available(seller, wanted)).toBe(3)

    await shop.kill('catalog')
    const connection = await connect(amqpUrl)
    const channel = await connection.createChannel()
    await channel.deleteQueue(`${ground.namespace}.catalog.restock-cancelled-order`)
    await connection.close()
    await cancel(buyer, order)

    await shop.restart('catalog')
    await eventually(async () => expect(await available(seller, wanted)).toBe(5), {
      within: 60_000,
      every: 250,
    })
  }, 240_000)
})

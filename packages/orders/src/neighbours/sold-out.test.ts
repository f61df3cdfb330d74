import { InsufficientStock, ItemUnavailable } from '@plinth/catalog-contract'
import { newId } from '@plinth/kernel'
import { expect, it } from 'vitest'
import { createSoldOut, type SoldOut } from './sold-out.ts'

const variantId = newId<'Variant'>()
const short = (available: number) =>
  InsufficientStock({ lines: [{ variantId, requested: available + 1, available }] })

/** The lines that are refused when so many of a variant are asked for; undefined where none is. */
const refusal = (soldOut: SoldOut, quantity: number, of = variantId) => {
  try {
    soldOut.admit([{ variantId: of, quantity }])
    return undefined
  } catch (error) {
    if (!InsufficientStock.is(error)) throw error
    return error.details.lines
  }
}

it('What was too little is so for half a second, for whoever wants more of it than there was', () => {
  let now = 1_000
  const soldOut = createSoldOut(() => now)
  expect(soldOut.any).toBe(false)
  soldOut.note(short(2))
  expect(soldOut.any).toBe(true)
  expect(refusal(soldOut, 3)).toEqual([{ variantId, requested: 3, available: 2 }])
  expect(refusal(soldOut, 2)).toBeUndefined()
  expect(refusal(soldOut, 3, newId<'Variant'>())).toBeUndefined()
  now += 499
  soldOut.note(short(0))
  now += 499
  expect(refusal(soldOut, 1)).toEqual([{ variantId, requested: 1, available: 0 }])
})

it('Then one is let through to find out, and what they find holds for all', () => {
  let now = 1_000
  const soldOut = createSoldOut(() => now)
  soldOut.note(short(0))
  now += 500
  expect(refusal(soldOut, 1)).toBeUndefined()
  expect(refusal(soldOut, 1)).toBeDefined()
  soldOut.forget([{ variantId, quantity: 1 }])
  expect(refusal(soldOut, 1)).toBeUndefined()
  expect(soldOut.any).toBe(false)
})

it('Whoever was let through and never comes back is followed by another half a second later', () => {
  let now = 1_000
  const soldOut = createSoldOut(() => now)
  soldOut.note(short(0))
  for (const _ of [1, 2]) {
    now += 500
    expect(refusal(soldOut, 1)).toBeUndefined()
    expect(refusal(soldOut, 1)).toBeDefined()
  }
})

it('What nobody comes for is forgotten', () => {
  let now = 1_000
  const soldOut = createSoldOut(() => now)
  soldOut.note(short(0))
  now += 5_000
  expect(soldOut.any).toBe(false)
})

it('Other refusals say nothing about stock', () => {
  const soldOut = createSoldOut()
  soldOut.note(ItemUnavailable({ lines: [{ variantId, requested: 1, available: 0 }] }))
  soldOut.note(new Error('lost'))
  expect(soldOut.any).toBe(false)
})

it('What is remembered is bounded: the oldest goes first', () => {
  const soldOut = createSoldOut()
  soldOut.note(short(0))
  for (let n = 0; n < 1_000; n += 1)
    soldOut.note(InsufficientStock({ lines: [{ variantId: newId(), requested: 1, available: 0 }] }))
  expect(refusal(soldOut, 1)).toBeUndefined()
})

import { describe } from 'vitest'
import { givenShop } from './given-shop.ts'
import { journey } from './journey.ts'

describe('the journey, on PostgreSQL alone', () => {
  journey(() => givenShop())
})

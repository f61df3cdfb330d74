import { idOf, line, money, price, prose, timestamp } from '@plinth/kernel'
import { z } from 'zod'
import { categoryId } from './category.ts'
import { stockCount } from './stock.ts'

/** Id of a product. */
export const productId = idOf('Product')

/** Id of a variant: the thing that is bought. */
export const variantId = idOf('Variant')

/** A stock keeping unit: the seller's own name for a variant, unique in the store. */
export const sku = line(100).meta({ examples: ['TEE-BLUE-M'] })

/** What makes a variant this one: `{ "size": "M" }`. */
export const variantOptions = z
  .record(line(50), line(100))
  .refine(options => Object.keys(options).length <= 20, 'A variant has at most 20 options.')
  .meta({ examples: [{ size: 'M' }] })

/** A form of a product that can be bought. */
export const variant = z
  .strictObject({
    id: variantId,
    sku,
    title: z.string(),
    options: variantOptions,
    price,
    available: z.int().min(0).meta({ description: 'What can be bought now: on hand less reserved' }),
    active: z.boolean().meta({ description: 'Whether it is for sale' }),
  })
  .meta({ id: 'Variant' })

/** See {@link variant}. */
export type Variant = z.infer<typeof variant>

/** Where a product stands: not yet, now, or no longer for sale. */
export const productStatus = z.enum(['draft', 'published', 'archived'])

/** What a seller offers, in one or more variants. */
export const product = z
  .strictObject({
    id: productId,
    sellerId: idOf('User'),
    title: z.string(),
    slug: z.string(),
    description: z.string(),
    status: productStatus,
    categoryIds: z.array(categoryId),
    variants: z.array(variant),
    priceRange: z
      .strictObject({ min: money, max: money })
      .nullable()
      .meta({ description: 'Of the active variants; null where there is none' }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Product' })

/** See {@link product}. */
export type Product = z.infer<typeof product>

/** A variant to be made. */
export const newVariant = z
  .strictObject({
    sku,
    title: line(200).optional(),
    options: variantOptions.optional(),
    price,
    stock: stockCount.meta({ description: 'What is on hand at first' }),
  })
  .meta({ id: 'NewVariant' })

/** A product to be made: a draft unless told otherwise. */
export const newProduct = z
  .strictObject({
    title: line(200),
    description: prose(20_000),
    categoryIds: z.array(categoryId).max(20).optional(),
    status: z.enum(['draft', 'published']).optional(),
    variants: z.array(newVariant).min(1).max(100),
  })
  .meta({
    id: 'NewProduct',
    examples: [
      {
        title: 'Linen shirt',
        description: 'Light, loose, made to last.',
        status: 'published',
        variants: [
          {
            sku: 'LINEN-M',
            title: 'M',
            options: { size: 'M' },
            price: { amount: 4900, currency: 'USD' },
            stock: 25,
          },
        ],
      },
    ],
  })

/** What may be changed of a product. */
export const productChanges = z
  .strictObject({
    title: line(200).optional(),
    description: prose(20_000).optional(),
    categoryIds: z.array(categoryId).max(20).optional(),
    status: productStatus.optional(),
  })
  .meta({ id: 'ProductChanges', examples: [{ status: 'published' }] })

/** What may be changed of a variant. */
export const variantChanges = z
  .strictObject({
    price: price.optional(),
    title: line(200).optional(),
    options: variantOptions.optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'VariantChanges', examples: [{ price: { amount: 3900, currency: 'USD' } }] })

/** How a list of products is ordered. */
export const productSort = z.enum(['newest', 'price_asc', 'price_desc', 'relevance'])

/** What a cart needs to know of a variant, as it is now. */
export const variantOffer = z.strictObject({
  variantId,
  productId,
  sellerId: idOf('User'),
  sku: z.string(),
  title: z.string().meta({ description: "The product's title, with the variant's where it has one" }),
  price,
  available: z.int().min(0),
  forSale: z.boolean().meta({ description: 'The product is published and the variant active' }),
})

/** See {@link variantOffer}. */
export type VariantOffer = z.infer<typeof variantOffer>

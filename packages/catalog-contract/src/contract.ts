import {
  defineContract,
  idOf,
  ifMatch,
  line,
  money,
  NotFound,
  operation,
  pageOf,
  pageRequest,
  price,
  timestamp,
} from '@plinth/kernel'
import { z } from 'zod'
import { category, categoryId } from './category.ts'
import * as errors from './errors.ts'
import { productChanged, stockLow } from './events.ts'
import { catalogPermissions as can } from './permissions.ts'
import {
  newProduct,
  newVariant,
  product,
  productChanges,
  productId,
  productSort,
  productStatus,
  variant,
  variantChanges,
  variantId,
  variantOffer,
} from './product.ts'
import { stockAdjustment, stockLevel, stockLine, stockMovement } from './stock.ts'

const condition = { ifMatch: ifMatch.optional() }
const orderId = idOf('Order')
const sells = [can.writeOwn, can.writeAny] as const

/** All that the world knows of the catalog. */
export const catalogContract = defineContract({
  name: 'catalog',
  permissions: can,
  events: { productChanged, stockLow },
  operations: {
    listProducts: operation({
      summary: 'Find published products',
      input: z.strictObject({
        ...pageRequest.shape,
        q: z.string().max(200).optional(),
        categoryId: categoryId.optional(),
        sellerId: idOf('User').optional(),
        minPrice: z.int().min(0).optional(),
        maxPrice: z.int().min(0).optional(),
        inStock: z.boolean().optional(),
        sort: productSort.optional(),
      }),
      output: pageOf(product),
      idempotent: true,
      access: 'public',
    }),
    getProduct: operation({
      summary: 'See a product; drafts are for their seller and admins alone',
      input: z.strictObject({ idOrSlug: z.string().min(1).max(300) }),
      output: product,
      errors: [NotFound],
      idempotent: true,
      access: 'public',
    }),
    listOwnProducts: operation({
      summary: 'List the own products, drafts too',
      input: z.strictObject({ ...pageRequest.shape, status: productStatus.optional() }),
      output: pageOf(product),
      idempotent: true,
      access: [can.writeOwn],
    }),
    createProduct: operation({
      summary: 'List a product',
      input: newProduct,
      output: product,
      errors: [errors.SkuTaken],
      access: [can.writeOwn],
    }),
    updateProduct: operation({
      summary: 'Change a product',
      input: z.strictObject({ productId, changes: productChanges, ...condition }),
      output: product,
      errors: [NotFound],
      access: sells,
    }),
    archiveProduct: operation({
      summary: 'Take a product off the shelves; orders keep their copy',
      input: z.strictObject({ productId, ...condition }),
      output: z.undefined(),
      errors: [NotFound],
      idempotent: true,
      access: sells,
    }),
    addVariant: operation({
      summary: 'Add a variant to a product',
      input: z.strictObject({ productId, variant: newVariant }),
      output: variant,
      errors: [NotFound, errors.SkuTaken],
      access: sells,
    }),
    updateVariant: operation({
      summary: 'Change a variant',
      input: z.strictObject({ variantId, changes: variantChanges, ...condition }),
      output: variant,
      errors: [NotFound],
      access: sells,
    }),
    adjustStock: operation({
      summary: 'Correct what is on hand',
      input: z.strictObject({ variantId, ...stockAdjustment.shape }),
      output: stockLevel,
      errors: [NotFound, errors.InsufficientStock],
      access: sells,
    }),
    listStockMovements: operation({
      summary: 'Read the ledger of a variant, newest first',
      input: z.strictObject({ ...pageRequest.shape, variantId }),
      output: pageOf(stockMovement),
      errors: [NotFound],
      idempotent: true,
      access: sells,
    }),
    listCategories: operation({
      summary: 'The category tree',
      input: z.strictObject({}),
      output: z.strictObject({ data: z.array(category) }),
      idempotent: true,
      access: 'public',
    }),
    createCategory: operation({
      summary: 'Add a category',
      input: z.strictObject({ name: line(200), parentId: categoryId.nullable().optional() }),
      output: category,
      access: [can.categoriesAny],
    }),
    updateCategory: operation({
      summary: 'Rename or move a category',
      input: z.strictObject({
        categoryId,
        name: line(200).optional(),
        parentId: categoryId.nullable().optional(),
        ...condition,
      }),
      output: category,
      errors: [NotFound, errors.CategoryCycle],
      access: [can.categoriesAny],
    }),
    deleteCategory: operation({
      summary: 'Remove a category that nothing is in',
      input: z.strictObject({ categoryId, ...condition }),
      output: z.undefined(),
      errors: [NotFound, errors.CategoryInUse],
      access: [can.categoriesAny],
    }),
    getOffers: operation({
      summary: 'What these variants cost and how many there are, as it is now; unknown ones are left out',
      input: z.strictObject({ variantIds: z.array(variantId).max(100) }),
      output: z.array(variantOffer),
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
    reserveStock: operation({
      summary:
        'Hold stock for an order, and say what it costs. All lines or none. The hold expires by itself',
      input: z.strictObject({ orderId, lines: z.array(stockLine).min(1).max(100) }),
      output: z.strictObject({
        expiresAt: timestamp,
        lines: z.array(
          z.strictObject({
            variantId,
            productId,
            sellerId: idOf('User'),
            sku: z.string(),
            title: z.string(),
            quantity: z.int(),
            unitPrice: price,
            lineTotal: money,
          }),
        ),
      }),
      errors: [errors.InsufficientStock, errors.ItemUnavailable],
      tx: 'joins',
      idempotent: true,
      undoneBy: 'releaseStock',
      expires: 'the hold runs out at its `expiresAt`, and what it held can be bought again',
      access: 'internal',
    }),
    sellStock: operation({
      summary:
        'Turn the hold of an order into a sale. A hold that has run out is taken anew where there is enough',
      input: z.strictObject({ orderId }),
      output: z.discriminatedUnion('outcome', [
        z.strictObject({ outcome: z.literal('sold') }),
        z.strictObject({ outcome: z.literal('gone') }),
      ]),
      tx: 'joins',
      idempotent: true,
      undoneBy: 'releaseStock',
      access: 'internal',
    }),
    releaseStock: operation({
      summary: 'Give back what an order holds or was sold; nothing happens when there is nothing',
      input: z.strictObject({ orderId }),
      output: z.undefined(),
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
  },
})

/** See {@link catalogContract}. */
export type CatalogContract = typeof catalogContract

import { permission } from '@plinth/kernel'

/** What the catalog lets people do; everybody may look at what is published. */
export const catalogPermissions = {
  writeOwn: permission('catalog:write:own', {
    description: 'Sell: make and change the own products, variants and stock.',
    roles: ['seller'],
  }),
  writeAny: permission('catalog:write:any', {
    description: "Change anybody's products, variants and stock.",
  }),
  categoriesAny: permission('catalog:categories:any', { description: 'Arrange the category tree.' }),
} as const

import { idOf, line } from '@plinth/kernel'
import { z } from 'zod'

/** Id of a category. */
export const categoryId = idOf('Category')

/** A category with all that is below it. */
export const category = z.strictObject({
  id: categoryId,
  name: line(200),
  slug: z.string(),
  parentId: categoryId.nullable(),
  get children(): z.ZodArray<typeof category> {
    return z.array(category)
  },
})

// `.meta()` would break the recursion of the type, so the name is registered beside it.
z.globalRegistry.add(category, { id: 'Category' })

/** See {@link category}. */
export type Category = z.infer<typeof category>

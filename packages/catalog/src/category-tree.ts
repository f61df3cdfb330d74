import type { Category } from '@plinth/catalog-contract'

/** A category by itself. */
export type CategoryRow = Omit<Category, 'children'>

/** The categories as trees, siblings in the order given. */
export const treesOf = (rows: readonly CategoryRow[]): Category[] => {
  const nodes = new Map(
    rows.map(({ id, name, slug, parentId }): [string, Category] => [
      id,
      { id, name, slug, parentId, children: [] },
    ]),
  )
  const roots: Category[] = []
  for (const node of nodes.values()) {
    const parent = node.parentId === null ? undefined : nodes.get(node.parentId)
    ;(parent?.children ?? roots).push(node)
  }
  return roots
}

/** The category with all that is below it; undefined where there is none. */
export const subtreeOf = (rows: readonly CategoryRow[], id: Category['id']): Category | undefined => {
  const parents = new Map(rows.map(row => [row.id, row.parentId]))
  const below = (candidate: Category['id'] | null | undefined): boolean =>
    candidate === id || (candidate != null && below(parents.get(candidate)))
  return treesOf(rows.filter(row => below(row.id))).find(root => root.id === id)
}

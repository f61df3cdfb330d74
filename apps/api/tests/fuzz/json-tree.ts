/** JSON as it is written, so that it can hold what no value can: keys given twice, numbers past all bounds. */
export type JsonTree =
  | { readonly fields: readonly (readonly [string, JsonTree])[] }
  | { readonly items: readonly JsonTree[] }
  /** Anything else, as its text. */
  | { readonly text: string }

/** A value as a tree. */
export const treeOf = (value: unknown): JsonTree => {
  if (Array.isArray(value)) return { items: value.map(treeOf) }
  if (typeof value === 'object' && value !== null)
    return { fields: Object.entries(value).map(([key, each]) => [key, treeOf(each)]) }
  return { text: JSON.stringify(value) }
}

/** The text of a tree. */
export const textOf = (tree: JsonTree): string => {
  if ('items' in tree) return `[${tree.items.map(textOf).join(',')}]`
  if ('text' in tree) return tree.text
  return `{${tree.fields.map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`).join(',')}}`
}

/** How many nodes there are, the root included. */
export const sizeOf = (tree: JsonTree): number =>
  childrenOf(tree).reduce((sum, child) => sum + sizeOf(child), 1)

/** The tree with its node of that number, counted in reading order, changed. */
export const changeAt = (tree: JsonTree, number: number, change: (node: JsonTree) => JsonTree): JsonTree => {
  if (number === 0) return change(tree)
  let left = number - 1
  const inChild = (child: JsonTree): JsonTree => {
    const size = sizeOf(child)
    const changed = left >= 0 && left < size ? changeAt(child, left, change) : child
    left -= size
    return changed
  }
  if ('items' in tree) return { items: tree.items.map(inChild) }
  if ('text' in tree) return tree
  return { fields: tree.fields.map(([key, child]) => [key, inChild(child)]) }
}

const childrenOf = (tree: JsonTree): readonly JsonTree[] => {
  if ('items' in tree) return tree.items
  return 'text' in tree ? [] : tree.fields.map(([, child]) => child)
}

import { isId, newId } from '@plinth/kernel'

/** The name in a URL that a title suggests: lower-case ASCII letters, digits and hyphens, at most 80. */
export const slugOf = (title: string): string => {
  const slug = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replaceAll(/^-+|-+$/g, '')
  if (slug === '') return 'item'
  // A slug that reads as an id would be taken for one.
  return isId(slug) ? `item-${slug}` : slug
}

/** The same slug with a short random ending, for when the plain one is taken. */
export const withSuffix = (slug: string): string => `${slug}-${newId().slice(-8)}`

/** The words that a new domain is made of. */
export interface Names {
  /** `shipments`: schema, packages, permissions, the path of its routes. */
  readonly domain: string
  /** `shipment`: the thing that it keeps. */
  readonly thing: string
}

/**
 * Words for a domain, whose thing is its name without the plural's s unless given.
 *
 * @param spoken words that mean something else where these will stand: of the language, of SQL, of the code around them
 * @throws Error that says in one line what is wrong with a word
 */
export const namesFor = (
  domain: string,
  thing = domain.replace(/s$/, ''),
  spoken: ReadonlySet<string> = new Set(),
): Names => {
  for (const word of [domain, thing]) {
    if (!/^[a-z][a-z0-9]{1,29}$/.test(word))
      throw new Error(`"${word}" is not a good name: small letters and digits, 30 at most, as in shipments`)
    if (spoken.has(word) || spoken.has(capital(word)))
      throw new Error(`"${word}" is not a good name: it means something else in the code around it`)
  }
  if (domain === thing)
    throw new Error(`what do ${domain} keep? Say it in the singular: --thing <word>, as in shipment`)
  return { domain, thing }
}

/**
 * The text for these words, of a text that is about shipments: every form of the word in it, and the article before it.
 */
export const inWordsOf = ({ domain, thing }: Names, text: string): string => {
  const forms: Readonly<Record<string, string>> = {
    shipments: domain,
    Shipments: capital(domain),
    SHIPMENTS: domain.toUpperCase(),
    shipment: thing,
    Shipment: capital(thing),
  }
  const article = /^[aeio]/.test(thing) ? 'an' : 'a'
  return text
    .replaceAll(/\b(a)(?= shipment\b)/g, article)
    .replaceAll(/shipments|Shipments|SHIPMENTS|shipment|Shipment/g, form => forms[form] ?? form)
}

const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`

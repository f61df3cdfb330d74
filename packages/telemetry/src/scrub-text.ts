/**
 * A text as it may stand in a log: credentials in URLs and headers, signed tokens, payment tokens and the
 * names in e-mail addresses are masked wherever they stand, and no more than 4,096 characters are kept.
 */
export const scrubText = (text: string): string => {
  const kept = text.length > longest ? `${text.slice(0, longest)}…` : text
  return suspicious.test(kept)
    ? rules.reduce((scrubbed, [what, mask]) => scrubbed.replaceAll(what, mask), kept)
    : kept
}

const longest = 4_096

/** Cheap first look: most texts hold none of these and are left as they are. */
const suspicious = /[@?&]|eyJ|tok_|bearer|basic/i

/** Every repetition is bounded, so that no text makes an expression run away. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^/\s@]{1,512}@/g, '$1[redacted]@'],
  [/\b(bearer|basic) +[\w.~+/=-]{8,4096}/gi, '$1 [redacted]'],
  [/\beyJ[\w-]{4,4096}\.[\w-]{1,4096}(?:\.[\w-]{0,4096})?/g, '[redacted]'],
  [/\btok_\w{1,128}/g, 'tok_[redacted]'],
  [/([?&][^=&\s]{0,40}(?:token|password|secret|key|code)=)[^&\s#"]{1,4096}/gi, '$1[redacted]'],
  [/([\w.+-])[\w.+%-]{0,63}@((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})\b/gi, '$1***@$2'],
]

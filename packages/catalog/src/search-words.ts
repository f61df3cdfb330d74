import { editDistance } from './edit-distance.ts'

/** What a search reads of a text: at most ten words of letters and digits, in lower case, each at most 40 long. */
export const wordsOf = (text: string): string[] => {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return [...new Set(words.map(word => [...word].slice(0, 40).join('')))].slice(0, 10)
}

/** A word that was searched for, and what is known of it. */
export type SearchWord = {
  readonly word: string
  /** Whether some published product has the word. */
  readonly known: boolean
  /** Words that look similar; only for a word that is not known. */
  readonly similar: readonly string[]
}

/**
 * The full-text query for the words, in the syntax of `to_tsquery`: all of them must match; the last one may
 * be the beginning of a word; one that nothing has stands for what it was probably meant to be. It is made of
 * letters and digits in quotes alone, so no text can break it.
 *
 * @param completions words that the last one is the beginning of: it stands for them, or where there are none given for
 *   any, which takes long to look for
 */
export const searchQueryOf = (words: readonly SearchWord[], completions: readonly string[] = []): string =>
  words
    .map(({ word, known, similar }, index) => {
      const last = index === words.length - 1
      const meant = known ? [] : meantBy(word, similar, last)
      if (meant.length > 0) return oneOf(meant)
      if (!last) return quoted(word)
      return completions.length > 0 ? oneOf(new Set([word, ...completions])) : `${quoted(word)}:*`
    })
    .join(' & ')

const quoted = (word: string) => `'${word}'`
const oneOf = (words: Iterable<string>) => `(${Array.from(words, quoted).join(' | ')})`

/**
 * What a mistyped word may have been meant to be, nearest first, at most five: one slip for words of four
 * letters and more, two from eight on.
 *
 * @param unfinished whether the word may be the beginning of a longer one
 */
export const meantBy = (word: string, similar: readonly string[], unfinished: boolean): string[] => {
  const slips = word.length < 4 ? 0 : word.length < 8 ? 1 : 2
  return similar
    .map(each => ({ each, distance: editDistance(word, each) }))
    .filter(({ distance }) => (unfinished ? distance.beginning : distance.whole) <= slips)
    .sort((a, b) => a.distance.whole - b.distance.whole || (a.each < b.each ? -1 : 1))
    .slice(0, 5)
    .map(({ each }) => each)
}

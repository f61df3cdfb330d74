import type { Queries } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { type SearchWord, searchQueryOf, wordsOf } from './search-words.ts'

/** A search as it was typed, in the ways in which it is tried. */
export interface Search {
  readonly words: readonly string[]
  /** What the last word may be the beginning of, as far as is known. */
  readonly completions: readonly string[]
}

/** Undefined where nothing was typed. */
export const searchOf = async (queries: Queries, typed: string | undefined): Promise<Search | undefined> => {
  if (typed === undefined || typed.trim() === '') return undefined
  const words = wordsOf(typed)
  return { words, completions: await completionsOf(queries, words.at(-1)) }
}

/** Beyond these, words are not looked up one by one: whatever begins so is looked for, as where none is known. */
const mostCompletions = 50

const completionsOf = async (queries: Queries, word: string | undefined): Promise<string[]> => {
  if (word === undefined) return []
  const found = await queries.execute<{ word: string }>(sql`
    select word from catalog.search_word where word ~>=~ ${word} and word ~<~ ${word + lastLetter} limit ${mostCompletions + 1}`)
  return found.length > mostCompletions ? [] : found.map(each => each.word)
}

/** Whatever begins with a word comes before the word with this behind it, in the order of the index of beginnings. */
const lastLetter = '\u{10ffff}'

/** What was typed as a query for `catalog.search_query`: empty where there is no word in it. */
export const asTyped = ({ words, completions }: Search): string =>
  searchQueryOf(words.map(taken), completions)

/** The same, the last word as the beginning of any word, whether it is known or not: as of SKUs. */
export const asBeginning = ({ words }: Search): string => searchQueryOf(words.map(taken))

const taken = (word: string): SearchWord => ({ word, known: true, similar: [] })

/** The same, a word that no published product has replaced by words that it may have been meant to be. */
export const asMeant = async (queries: Queries, { words, completions }: Search): Promise<string> =>
  searchQueryOf(await lookUp(queries, words), completions)

/**
 * Stop words count as known: the stemmed query leaves them out. Where one of the words was never in the catalog, those that
 * were are taken to be there still: to see whether they are takes longer.
 */
const lookUp = (queries: Queries, words: readonly string[]) =>
  queries.execute<SearchWord>(sql`
    with asked as (
      select word, position, position = ${words.length} as unfinished,
             '''' || word || '''' || case when position = ${words.length} then ':*' else '' end as query
        from unnest(${sql.param(words)}::text[]) with ordinality as _(word, position)
    ), remembered as (
      select *,
             case
               when unfinished then exists (
                 select from catalog.search_word other
                  where other.word ~>=~ asked.word and other.word ~<~ (asked.word || ${lastLetter})
               )
               else exists (select from catalog.search_word other where other.word = asked.word)
             end as remembered
        from asked
    ), looked_up as materialized (
      select word, position, unfinished, catalog.trigrams(word) as trigrams,
             case
               when remembered and not bool_and(remembered) over () then true
               when numnode(to_tsquery('pg_catalog.english', query)) = 0 then true
               else exists (
                 select from catalog.product p
                  where p.status = 'published' and p.search @@ catalog.search_stems(query)
               )
             end as known
        from remembered
    )
    select word, known, coalesce(alike, '{}') as "similar"
      from looked_up
      left join lateral (
        select array_agg(near.word) as alike from (
          select other.word from catalog.search_word other
           where not known
             and other.trigrams && looked_up.trigrams
             and char_length(other.word) >= char_length(looked_up.word) - 2
             and (unfinished or char_length(other.word) <= char_length(looked_up.word) + 2)
           order by (select count(*) from unnest(other.trigrams) _(piece) where piece = any(looked_up.trigrams)) desc,
                    other.word
           limit 200
        ) near
      ) guess on true
     order by position`)

import type { Queries } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { type SearchWord, searchQueryOf, wordsOf } from './search-words.ts'

/**
 * What somebody typed as a query for `catalog.search_query`: undefined where nothing was typed, empty where
 * there is no word in it.
 */
export const searchAsTyped = (typed: string | undefined): string | undefined =>
  typed === undefined || typed.trim() === ''
    ? undefined
    : searchQueryOf(wordsOf(typed).map(word => ({ word, known: true, similar: [] })))

/** The same, a word that no published product has replaced by words that it may have been meant to be. */
export const searchMeant = async (queries: Queries, typed: string): Promise<string> =>
  searchQueryOf(await lookUp(queries, wordsOf(typed)))

/** Stop words count as known: the stemmed query leaves them out. */
const lookUp = (queries: Queries, words: readonly string[]) =>
  queries.execute<SearchWord>(sql`
    with asked as (
      select word, position, '''' || word || '''' || case when position = ${words.length} then ':*' else '' end as query
        from unnest(${sql.param(words)}::text[]) with ordinality as _(word, position)
    ), looked_up as materialized (
      select word, position, position = ${words.length} as unfinished, catalog.trigrams(word) as trigrams,
             numnode(to_tsquery('pg_catalog.english', query)) = 0
             or exists (
               select from catalog.product p
                where p.status = 'published' and p.search @@ catalog.search_query(query)
             ) as known
        from asked
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

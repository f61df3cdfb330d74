import type { TxContext } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { type SearchWord, searchQueryOf, wordsOf } from './search-words.ts'

/**
 * What somebody typed as a query for `catalog.search_query`: undefined where nothing was typed, empty where
 * there is no word in it. A word that no published product has is replaced by words that it may have been
 * meant to be.
 */
export const searchQuery = async (
  database: Database,
  context: TxContext,
  typed: string | undefined,
): Promise<string | undefined> => {
  if (typed === undefined || typed.trim() === '') return undefined
  const words = wordsOf(typed)
  return words.length === 0 ? '' : searchQueryOf(await lookUp(database, context, words))
}

/** Stop words count as known: the stemmed query leaves them out. */
const lookUp = (database: Database, context: TxContext, words: readonly string[]) =>
  database.on(context).execute<SearchWord>(sql`
    select asked.word, known, coalesce(alike, '{}') as "similar"
      from unnest(${sql.param(words)}::text[]) with ordinality as asked(word, position)
     cross join lateral (
       select '''' || asked.word || '''' || case when position = ${words.length} then ':*' else '' end
     ) quoted(query)
     cross join lateral (
       select numnode(to_tsquery('pg_catalog.english', query)) = 0
              or exists (
                select from catalog.product p
                 where p.status = 'published'
                   and p.search @@ catalog.search_query(query)
              ) as known
     ) in_use
      left join lateral (
        select array_agg(word) as alike from (
          select word from catalog.search_word
           where trigrams && catalog.trigrams(asked.word)
             and char_length(word) >= char_length(asked.word) - 2
             and (position = ${words.length} or char_length(word) <= char_length(asked.word) + 2)
           order by cardinality(array(
                      select unnest(trigrams) intersect select unnest(catalog.trigrams(asked.word))
                    )) desc, word
           limit 200
        ) nearest
      ) guess on not known
     order by position`)

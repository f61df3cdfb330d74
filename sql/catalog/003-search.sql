-- Full-text search without an extension that might be missing.

create index product_search on catalog.product using gin (search) where status = 'published';

-- A text as search reads it: punctuation only separates, so that neither `USB-C` nor `ABC-123` nor `3.5mm` is
-- taken for something other than its parts.
create function catalog.plain_text(content text) returns text language sql immutable strict parallel safe
return regexp_replace(normalize(content, nfkc), '[!-/:-@[-`{-~]+', ' ', 'g');

-- The words of a text, stemmed and as they are, so that a stem finds them and a beginning does.
create function catalog.lexemes(content text) returns tsvector language sql immutable strict parallel safe
return to_tsvector('pg_catalog.english', catalog.plain_text(content))
  || to_tsvector('pg_catalog.simple', catalog.plain_text(content));

-- Turns searched words into a query. They come as quoted words joined by & and |; see to_tsquery.
create function catalog.search_query(words text) returns tsquery language sql immutable strict parallel safe
return to_tsquery('pg_catalog.english', words) || to_tsquery('pg_catalog.simple', words);

-- The three-letter pieces of a word, its beginning and its end marked by blanks.
create function catalog.trigrams(word text) returns text[] language sql immutable strict parallel safe
return (
  select array_agg(distinct substr('  ' || word || ' ', i, 3))
  from generate_series(1, char_length(word) + 1) i
);

-- Every word in a title, variant or category: what a word that nothing matches may have been meant to be.
create table catalog.search_word (
  word text primary key check (char_length(word) between 3 and 40),
  trigrams text[] not null generated always as (catalog.trigrams(word)) stored
);

create index search_word_trigrams on catalog.search_word using gin (trigrams);

-- What somebody types last is completed to words that are known, since to look for a beginning reads all that there is of
-- every word that begins so. So the words of descriptions are known, too, from now on.
create index search_word_beginnings on catalog.search_word (word text_pattern_ops);

insert into catalog.search_word (word)
select word
  from (
    select distinct unnest(tsvector_to_array(
      to_tsvector('pg_catalog.simple', catalog.plain_text(left(description, 5000)))
    )) from catalog.product
  ) found(word)
 where word ~ '^[^0-9]+$' and char_length(word) between 3 and 40
 order by word
    on conflict do nothing;

-- What a search finds. Whatever has a word has its stem, so stems alone find all that stems and words do, with less to look
-- up; where all words are such as have none (the, of), the words.
create function catalog.search_stems(words text) returns tsquery language sql immutable strict parallel safe
return case
  when numnode(to_tsquery('pg_catalog.english', words)) > 0 then to_tsquery('pg_catalog.english', words)
  else to_tsquery('pg_catalog.simple', words)
end;

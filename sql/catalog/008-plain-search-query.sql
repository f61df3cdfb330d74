-- Where stem and word are the same, as in most that is searched for, it is looked up once and not twice.
create or replace function catalog.search_query(words text) returns tsquery language sql immutable strict parallel safe
return case
  when to_tsquery('pg_catalog.english', words) = to_tsquery('pg_catalog.simple', words)
    then to_tsquery('pg_catalog.english', words)
  else to_tsquery('pg_catalog.english', words) || to_tsquery('pg_catalog.simple', words)
end;

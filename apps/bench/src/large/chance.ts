/**
 * Chance that is the same in every run: everything about a row follows from its number, so that pieces can be made side
 * by side, in any order, and agree.
 */
export const chance = `
  create schema bench_data;

  -- From 0 up to, but not including, 1.
  create function bench_data.dice(n bigint, salt int) returns float8 language sql immutable strict parallel safe
  return (hashint8extended(n, salt) & 9007199254740991)::float8 / 9007199254740992;

  -- From 1 to total: the first the most often, the others as Zipf and Mandelbrot say; the larger the shift, the more even.
  create function bench_data.popular(dice float8, total bigint, shift float8) returns bigint language sql immutable strict parallel safe
  return least(total, 1 + floor(shift * (power((total + shift) / shift, dice) - 1))::bigint);

  -- A UUIDv7 of that millisecond.
  create function bench_data.id(ms bigint, n bigint, salt int) returns uuid language sql immutable strict parallel safe
  return (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0') || '8'
          || lpad(to_hex(hashint8extended(n, salt) & 1152921504606846975), 15, '0'))::uuid;

  create function bench_data.at(ms bigint) returns timestamptz language sql immutable strict parallel safe
  return to_timestamp(ms / 1000.0);

  -- When the nth of total came to be: some were there when the shop opened, the others came evenly.
  create function bench_data.arrived(n bigint, total bigint, first float8, opened bigint, until bigint)
    returns bigint language sql immutable strict parallel safe
  return case when n <= total * first then opened - 1 - (total * first - n)::bigint % 2592000000
              else opened + ((n::float8 / total - first) / (1 - first) * (until - opened))::bigint end;
`

import fc from 'fast-check'
import { changeAt, type JsonTree, sizeOf, textOf } from './json-tree.ts'

/** Stands in a body for a byte that no UTF-8 has. */
export const badByte = '\u{e000}'

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth)

/** What takes the place of a value, as JSON text. */
const strangeValues = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '1.5',
  '2147483648',
  '9007199254740993',
  '-9007199254740993',
  '1e309',
  '1e-400',
  '123456789012345678901234567890',
  '""',
  '" "',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\r\\nBcc: all@plinth.example"',
  `"${badByte}"`,
  '"\u202e\u0301\ufeff"',
  `"'; DROP TABLE users; --"`,
  '"%00%ff{{7*7}}$' + '{1}<script>"',
  `"${'a'.repeat(2000)}"`,
  `"${'\u{1f469}\u200d\u{1f469}'.repeat(3000)}"`,
  '[]',
  '{}',
  '[null]',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"toString":1,"valueOf":2,"hasOwnProperty":3}',
  nested(40, '[', ']'),
  nested(5000, '[', ']'),
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  'undefined',
  'NaN',
  '01',
  "'a'",
]

const strangeFields: readonly (readonly [string, string])[] = [
  ['__proto__', '{"isAdmin":true}'],
  ['constructor', '{"prototype":{}}'],
  ['toString', 'null'],
  ['', '1'],
  ['\u0000', '1'],
  ['role', '"admin"'],
  ['status', '"paid"'],
  ['id', '"0199c0de-7a11-7bad-8a5e-5eed00c0ffee"'],
  ['a'.repeat(5000), '1'],
]

/** Whole bodies that are none. */
const strangeBodies = [
  '',
  ' ',
  '[]',
  'null',
  '"text"',
  '1e309',
  '{',
  '{"a":1,}',
  '{"a":1}{"b":2}',
  '\ufeff{}',
  badByte,
  'a=1&b=2',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  nested(100_000, '[', ']'),
  '{"a":'.repeat(100_000),
  `[${'0,'.repeat(60_000)}0]`,
  `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":0`).join(',')}}`,
  `"${'a'.repeat(1_100_000)}"`,
]

/** The body of a request, now and then as it should be, else broken in one or two places. */
export const perhapsBroken = (tree: fc.Arbitrary<JsonTree>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 16, arbitrary: tree.map(textOf) },
    { weight: 9, arbitrary: changed(tree).map(textOf) },
    { weight: 3, arbitrary: changed(changed(tree)).map(textOf) },
    { weight: 1, arbitrary: fc.constantFrom(...strangeBodies) },
    {
      weight: 1,
      arbitrary: fc.tuple(tree, fc.nat(400)).map(([each, at]) => textOf(each).slice(0, at)),
    },
  )

const changed = (tree: fc.Arbitrary<JsonTree>): fc.Arbitrary<JsonTree> =>
  fc
    .tuple(tree, fc.nat(10_000), changes)
    .map(([each, number, change]) => changeAt(each, number % sizeOf(each), change))

type Change = (node: JsonTree) => JsonTree

/** Another value, a field less, a strange one more, one given twice, the same many times. */
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom(...strangeValues).map(replaced),
  fc.nat(20).map(without),
  fc.constantFrom(...strangeFields).map(withField),
  fc.constantFrom(...strangeValues).map(given),
  fc.nat(150).map(many),
)

function replaced(text: string): Change {
  return () => ({ text })
}

function without(number: number): Change {
  return node =>
    'fields' in node
      ? { fields: node.fields.filter((_, n) => n !== number % node.fields.length) }
      : { text: 'null' }
}

function withField([key, text]: readonly [string, string]): Change {
  return node => ('fields' in node ? { fields: [...node.fields, [key, { text }]] } : { text })
}

/** With its first field given once more, or beside what is strange. */
function given(text: string): Change {
  return node => {
    if (!('fields' in node)) return { items: [node, { text }] }
    const [first] = node.fields
    return first === undefined ? { text } : { fields: [...node.fields, [first[0], { text }]] }
  }
}

function many(times: number): Change {
  return node => ({ items: Array.from({ length: times }, () => node) })
}

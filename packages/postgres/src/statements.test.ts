import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statementsOf } from './statements.ts'

describe('the statements of a SQL file', () => {
  const texts = (file: string) => statementsOf(file).map(statement => statement.text)

  it('end at semicolons, and know the line they begin on', () => {
    expect(
      statementsOf('-- a; comment\ncreate table a();\n\n/* two;\nlines */ create\ntable b();\n'),
    ).toEqual([
      { text: 'create table a()', line: 2 },
      { text: 'create\ntable b()', line: 5 },
    ])
  })

  it.each([
    ['a string', `select 'it''s; one'`],
    ['an escape string', String.raw`select e'it\'s; one'`],
    ['a plain string that ends in a backslash', String.raw`select 'c:\', 1`],
    ['a quoted name', 'select 1 as "a;b"'],
    ['a dollar quote', 'do $$ begin perform 1; end $$'],
    ['a dollar quote within another', 'do $a$ begin execute $b$ select 1; $b$; end $a$'],
    ['a comment', 'select 1 -- one; two\n, 2 /* three; */'],
    ['parentheses', 'create rule r as on insert to t do also (select 1; select 2)'],
    [
      'the body of an SQL function',
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
    ],
  ])('are not taken apart within %s', (_, statement) => {
    expect(texts(`${statement};\nselect 2;`)).toEqual([statement, 'select 2'])
  })

  it('do not mind a transaction of their own, nor a file without any', () => {
    expect(texts('begin; select 1; end;')).toEqual(['begin', 'select 1', 'end'])
    expect(texts(' \n-- nothing here\n;;')).toEqual([])
  })

  it('put together again are the file, whatever strings are in it', () => {
    const literal = fc.string().map(text => `select '${text.replaceAll("'", "''")}'`)
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1 }), statements => {
        expect(texts(`${statements.join(';\n')};`)).toEqual(statements)
      }),
    )
  })
})

/** Verdicts by the text of JSON Schema 2020-12, keyword by keyword: https://json-schema.org/draft/2020-12/json-schema-validation */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonSchema } from '../../src/core/json-schema.ts'
import { createValidator, findSchemaProblem } from '../../src/core/json-schema-validator.ts'

const test = suite('verdicts of JSON Schema')

const LIST = {
  $ref: '#/$defs/list',
  $defs: { list: { type: ['object', 'null'], properties: { n: { type: 'integer' }, next: { $ref: '#/$defs/list' } } } },
}
const TREE = { type: 'object', properties: { kids: { items: { $ref: '#' } } }, additionalProperties: false }

const VERDICTS: [keyword: string, schema: Record<string, unknown>, valid: unknown[], invalid: unknown[]][] = [
  ['type', { type: 'string' }, ['', 'a'], [1, null, true, [], {}]],
  ['type', { type: 'number' }, [1, 1.5, -0], ['1', null]],
  ['type', { type: 'integer' }, [1, 1.0, -3, 1e20], [1.5, '1']],
  ['type', { type: 'boolean' }, [true, false], [0, 'true', null]],
  ['type', { type: 'null' }, [null], [0, '', false]],
  ['type', { type: 'array' }, [[], [1]], [{}, 'a', null]],
  ['type', { type: 'object' }, [{}, { a: 1 }], [[], null, 'a']],
  ['type', { type: ['string', 'null'] }, ['a', null], [1, false]],
  ['enum', { enum: ['a', 1, null] }, ['a', 1, null], ['b', '1', 0, false]],
  ['enum', { enum: [{ a: [1] }] }, [{ a: [1] }], [{ a: [2] }, {}, [1]]],
  ['enum', { enum: [[false]] }, [[false]], [[0], false]],
  ['enum', { enum: [0] }, [0, -0], [false, '0', null]],
  ['const', { const: 2 }, [2, 2.0], ['2', 3]],
  ['const', { const: null }, [null], [0, '']],
  ['const', { const: { a: 1, b: 2 } }, [{ b: 2, a: 1 }], [{ a: 1 }, { a: 1, b: 2, c: 3 }]],
  [
    'const',
    { const: [1, 2] },
    [[1, 2]],
    [
      [2, 1],
      [1, 2, 3],
    ],
  ],
  ['multipleOf', { multipleOf: 2 }, [10, 0, -4, 'a'], [7]],
  ['multipleOf', { multipleOf: 1.5 }, [0, 4.5], [35]],
  ['multipleOf', { multipleOf: 0.0001 }, [0.0075], [0.00751]],
  ['multipleOf', { multipleOf: 0.01 }, [4.35, 0.07], [4.355]],
  ['maximum', { maximum: 3 }, [2.6, 3, 'x'], [3.5]],
  ['maximum', { maximum: -1 }, [-1, -2], [0]],
  ['exclusiveMaximum', { exclusiveMaximum: 3 }, [2.2], [3, 3.5]],
  ['minimum', { minimum: 1.1 }, [2.6, 1.1, 'x'], [0.6]],
  ['exclusiveMinimum', { exclusiveMinimum: 1.1 }, [1.2], [1.1, 0.6]],
  ['maxLength', { maxLength: 2 }, ['f', 'fo', 100, '💩💩'], ['foo']],
  ['maxLength', { maxLength: 0 }, [''], ['a']],
  ['minLength', { minLength: 2 }, ['fo', 'foo', 1], ['f', '💩', '']],
  ['pattern', { pattern: '^a*$' }, ['aaa', '', true, 1, {}], ['abc']],
  ['pattern', { pattern: 'a+' }, ['xxaayy'], ['xx']],
  ['pattern', { pattern: '^\\p{Letter}+$' }, ['é', 'abc', 'π'], ['1', 'a b']],
  ['pattern', { pattern: '^\\p{L}{2}$' }, ['ab'], ['a1']],
  ['pattern', { pattern: '^[\\p{Letter}\\p{Decimal_Number}]+$' }, ['a1', '٣'], ['-']],
  ['pattern', { pattern: '^\\P{Letter}+$' }, ['12'], ['1a']],
  ['pattern', { pattern: '^\\p{Script=Greek}+$' }, ['αβ'], ['ab']],
  ['pattern', { pattern: '^\\p{sc=Cyrl}+$' }, ['да'], ['da']],
  ['pattern', { pattern: '^\\p{General_Category=Uppercase_Letter}$' }, ['A'], ['a']],
  ['pattern', { pattern: '^\\p{ASCII}*$' }, ['abc'], ['é']],
  ['pattern', { pattern: '^[\\p{White_Space}]$' }, [' ', '\u00a0', '\t'], ['a']],
  ['pattern', { pattern: '^\\p{Cased_Letter}$' }, ['a', 'A'], ['ª1', '1']],
  ['pattern', { pattern: '^a{1500}$' }, ['a'.repeat(1500)], ['a'.repeat(1499), 'a'.repeat(1501)]],
  ['pattern', { pattern: '^(?:ab){1,2000}$' }, ['ab', 'ab'.repeat(2000)], ['', 'ab'.repeat(2001)]],
  ['pattern', { pattern: '^[a-z]{1001,}$' }, ['q'.repeat(4000)], ['q'.repeat(1000)]],
  ['pattern', { pattern: '^\\u{1F600}{1001}$' }, ['😀'.repeat(1001)], ['😀'.repeat(1000)]],
  ['pattern', { pattern: '^(?<year>\\d{4})-\\d\\d$' }, ['2026-01'], ['٢٠٢٦-01']],
  ['pattern', { pattern: '^\\/$' }, ['/'], ['\\/']],
  ['pattern', { pattern: '^x$' }, ['x'], ['x\n', 'a\nx']],
  ['maxItems', { maxItems: 2 }, [[1], [1, 2], 'foobar'], [[1, 2, 3]]],
  ['minItems', { minItems: 1 }, [[1], ''], [[]]],
  [
    'uniqueItems',
    { uniqueItems: true },
    [
      [1, 2],
      [1, '1'],
      [0, false],
      [{ a: 1 }, { a: 2 }],
      [[1], [2]],
    ],
    [
      [1, 1],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [[1], [1]],
      [1, 1.0],
    ],
  ],
  ['uniqueItems', { uniqueItems: false }, [[1, 1]], []],
  ['maxContains', { contains: { const: 1 }, maxContains: 1 }, [[1], [1, 2]], [[1, 1], []]],
  [
    'minContains',
    { contains: { const: 1 }, minContains: 2 },
    [
      [1, 1],
      [1, 2, 1],
    ],
    [[1], []],
  ],
  ['minContains', { contains: { const: 1 }, minContains: 0 }, [[], [2]], []],
  ['contains', { contains: { minimum: 5 } }, [[3, 4, 5], 'x', {}], [[1, 2], []]],
  ['maxProperties', { maxProperties: 1 }, [{ a: 1 }, {}, [1, 2]], [{ a: 1, b: 2 }]],
  ['minProperties', { minProperties: 1 }, [{ a: 1 }, [], ''], [{}]],
  ['required', { required: ['a'] }, [{ a: 1 }, { a: null }, [], 'x'], [{}, { b: 1 }]],
  [
    'required',
    { required: ['__proto__', 'toString', 'constructor'] },
    [JSON.parse('{"__proto__":1,"toString":1,"constructor":1}')],
    [{}, { toString: 1 }],
  ],
  ['dependentRequired', { dependentRequired: { a: ['b'] } }, [{}, { b: 1 }, { a: 1, b: 2 }], [{ a: 1 }]],
  [
    'properties',
    { properties: { a: { type: 'integer' }, b: { type: 'string' } } },
    [{ a: 1, b: 'x' }, {}, { c: [] }, []],
    [{ a: 'x' }, { b: 1 }],
  ],
  ['properties', { properties: { a: true, b: false } }, [{}, { a: 1 }], [{ b: 1 }]],
  [
    'properties',
    { properties: { 'a/b': { type: 'number' }, 'a~b': { type: 'number' }, 'a"b': { type: 'number' } } },
    [{ 'a/b': 1, 'a~b': 1, 'a"b': 1 }],
    [{ 'a/b': 'x' }, { 'a~b': 'x' }, { 'a"b': 'x' }],
  ],
  ['properties', { properties: { toString: { type: 'string' } } }, [{}, { toString: 'a' }], [{ toString: 37 }]],
  [
    'properties',
    JSON.parse('{"properties":{"__proto__":{"type":"number"},"constructor":{"type":"number"}}}'),
    [{}, JSON.parse('{"__proto__":1}')],
    [{ constructor: 'x' }],
  ],
  [
    'patternProperties',
    { patternProperties: { 'f.*o': { type: 'integer' } } },
    [{ foo: 1 }, { bar: 'x' }, { foooo: 2 }],
    [{ foo: 'x' }, { foooooo: 'x', a: 1 }],
  ],
  [
    'patternProperties',
    { patternProperties: { '^\\p{Letter}$': { type: 'integer' } } },
    [{ é: 1 }, { '1': 'x' }],
    [{ é: 'x' }],
  ],
  [
    'additionalProperties',
    { properties: { a: {} }, additionalProperties: false },
    [{ a: 1 }, {}, []],
    [{ b: 1 }, { a: 1, toString: 1 }],
  ],
  [
    'additionalProperties',
    { properties: { a: {} }, patternProperties: { '^v': {} }, additionalProperties: false },
    [{ a: 1, vroom: 2 }],
    [{ q: 1 }],
  ],
  ['additionalProperties', { additionalProperties: { type: 'boolean' } }, [{ a: true }], [{ a: 1 }]],
  [
    'additionalProperties',
    { allOf: [{ properties: { a: {} } }], additionalProperties: { type: 'boolean' } },
    [{ a: true }],
    [{ a: 1 }],
  ],
  ['propertyNames', { propertyNames: { maxLength: 3 } }, [{ f: 1, foo: 2 }, {}, []], [{ foobar: 1 }]],
  ['propertyNames', { propertyNames: false }, [{}], [{ a: 1 }]],
  ['items', { items: { type: 'integer' } }, [[1, 2], [], { length: 1 }], [[1, 'x']]],
  ['items', { items: false }, [[]], [[1]]],
  [
    'prefixItems',
    { prefixItems: [{ type: 'integer' }, { type: 'string' }] },
    [[1, 'a'], [1], [], [1, 'a', true]],
    [
      ['a', 1],
      [1, 2],
    ],
  ],
  ['prefixItems', { prefixItems: [{}], items: false }, [[1], []], [[1, 2]]],
  ['prefixItems', { prefixItems: [{}], items: { type: 'number' } }, [['x', 1, 2]], [['x', 'y']]],
  ['allOf', { allOf: [{ maximum: 30 }, { minimum: 20 }] }, [25, 'x'], [35, 5]],
  ['allOf', { allOf: [true, false] }, [], [1]],
  ['anyOf', { anyOf: [{ type: 'integer' }, { minimum: 2 }] }, [1, 2.5, 3, 'x'], [1.5]],
  ['anyOf', { anyOf: [false, false] }, [], [1]],
  ['oneOf', { oneOf: [{ type: 'integer' }, { minimum: 2 }] }, [1, 2.5], [3, 1.5]],
  ['oneOf', { oneOf: [{ required: ['a'] }, { required: ['b'] }] }, [{ a: 1 }, { b: 1 }], [{ a: 1, b: 1 }, {}]],
  ['not', { not: { type: 'integer' } }, ['x', 1.1], [1]],
  ['not', { not: {} }, [], [1, 'x']],
  ['not', { not: { not: { type: 'string' } } }, ['a'], [1]],
  ['if', { if: { const: 0 }, then: { const: 1 } }, [1, 'x'], [0]],
  ['if', { if: { exclusiveMaximum: 0 }, then: { minimum: -10 }, else: { multipleOf: 2 } }, [-1, 4], [-100, 3]],
  ['then', { then: { const: 0 } }, [0, 1], []],
  ['else', { else: { const: 0 } }, [0, 1], []],
  ['dependentSchemas', { dependentSchemas: { a: { required: ['b'] } } }, [{}, { b: 1 }, { a: 1, b: 2 }], [{ a: 1 }]],
  [
    'unevaluatedProperties',
    { allOf: [{ properties: { a: {} } }], properties: { b: {} }, unevaluatedProperties: false },
    [{ a: 1, b: 2 }],
    [{ a: 1, c: 1 }],
  ],
  [
    'unevaluatedProperties',
    {
      anyOf: [
        { properties: { a: { const: 1 } }, required: ['a'] },
        { properties: { b: {} }, required: ['b'] },
      ],
      unevaluatedProperties: false,
    },
    [{ a: 1 }, { b: 2 }],
    [{ a: 1, c: 1 }, { a: 2 }],
  ],
  [
    'unevaluatedProperties',
    {
      if: { properties: { a: { const: 1 } }, required: ['a'] },
      then: { properties: { b: {} } },
      unevaluatedProperties: false,
    },
    [{ a: 1, b: 2 }],
    [{ b: 2 }],
  ],
  ['unevaluatedItems', { prefixItems: [{}], unevaluatedItems: false }, [[1], []], [[1, 2]]],
  [
    'unevaluatedItems',
    { allOf: [{ prefixItems: [{}, {}] }], unevaluatedItems: { type: 'string' } },
    [[1, 2, 'a']],
    [[1, 2, 3]],
  ],
  ['$ref', LIST, [null, { n: 1, next: { n: 2, next: null } }], [{ n: 'x' }, { next: { n: 1.5 } }, 1]],
  ['$ref', TREE, [{}, { kids: [{ kids: [] }] }], [{ x: 1 }, { kids: [{ y: 1 }] }]],
  ['$ref', { $ref: '#/$defs/a', maxLength: 2, $defs: { a: { type: 'string' } } }, ['ab'], [1, 'abc']],
  ['$ref', { $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'string' } } }, ['a'], [1]],
  ['$ref', { $ref: '#/$defs/a~0b', $defs: { 'a~b': { type: 'string' } } }, ['a'], [1]],
  ['$ref', { $ref: '#/$defs/a%25b', $defs: { 'a%b': { type: 'string' } } }, ['a'], [1]],
  ['$ref', { properties: { $ref: { type: 'string' } } }, [{ $ref: 'a' }], [{ $ref: 1 }]],
  ['$ref', { $ref: '#/properties/a', properties: { a: { type: 'object' } } }, [{}], [1]],
  ['$anchor', { $ref: '#x', $defs: { a: { $anchor: 'x', type: 'integer' } } }, [1], ['a']],
  ['$id', { $id: 'https://a.example/s', $ref: 'b', $defs: { b: { $id: 'b', type: 'integer' } } }, [1], ['a']],
  [
    '$id',
    { properties: { a: { $id: 'urn:x:1', allOf: [{ $ref: '#/$defs/n' }], $defs: { n: { type: 'number' } } } } },
    [{ a: 1 }],
    [{ a: 'x' }],
  ],
  [
    '$dynamicRef',
    { $dynamicAnchor: 'n', type: 'object', properties: { kids: { type: 'array', items: { $dynamicRef: '#n' } } } },
    [{ kids: [{}] }],
    [{ kids: [1] }],
  ],
  ['default', { properties: { a: { type: 'integer', default: [] } } }, [{}, { a: 1 }], [{ a: 'x' }]],
  ['format', { format: 'date' }, ['2026-02-28', 1], ['2026-02-30', 'x']],
  ['format', { format: 'date-time' }, ['2026-01-01T00:00:00Z'], ['2026-01-01', '2026-13-01T00:00:00Z']],
  ['format', { format: 'time' }, ['08:30:06Z'], ['25:00:00Z']],
  ['format', { format: 'uuid' }, ['2eb8aa08-aa98-11ea-b4aa-73b441d16380'], ['2eb8aa08']],
  ['format', { format: 'ipv4' }, ['192.168.0.1'], ['256.1.1.1', '1.1.1']],
  ['format', { format: 'ipv6' }, ['::1'], ['12345::']],
  ['format', { format: 'email' }, ['joe@example.com'], ['joe']],
  ['format', { format: 'hostname' }, ['www.example.com'], ['-a-']],
  ['format', { format: 'uri' }, ['http://a.example/b'], ['//a b', 'a']],
  ['format', { format: 'json-pointer' }, ['/a/b', ''], ['a']],
  ['format', { format: 'regex' }, ['^a$'], ['(']],
  ['format', { format: 'unknown-format' }, ['anything'], []],
  ['title', { title: 1 }, [1], []],
  ['contentEncoding', { contentEncoding: 'base64' }, ['!!'], []],
  ['unknown', { extra: { type: 'string' } }, [1], []],
  ['empty', {}, [1, null, [], {}], []],
]

for (const [keyword, schema, valid, invalid] of VERDICTS)
  for (const [value, isValid] of [
    ...valid.map((one) => [one, true] as const),
    ...invalid.map((one) => [one, false] as const),
  ])
    test(`${keyword}: ${JSON.stringify(schema).slice(0, 90)} ${isValid ? 'takes' : 'refuses'} ${JSON.stringify(value)?.slice(0, 60)}`, () => {
      const problem = createValidator(schema as JsonSchema)(value)
      assert.is(problem === undefined, isValid, problem)
    })

test('the table has at least 200 verdicts', () => {
  assert.ok(VERDICTS.reduce((sum, [, , valid, invalid]) => sum + valid.length + invalid.length, 0) >= 200)
})

/** RE2 has linear time, and therefore none of these. */
const BEYOND: [pattern: string, why: string][] = [
  ['^(?=a)a$', 'lookahead needs backtracking'],
  ['^(?!a)b$', 'lookahead needs backtracking'],
  ['(?<=a)b', 'lookbehind needs backtracking'],
  ['(?<!a)b', 'lookbehind needs backtracking'],
  ['^(a)\\1$', 'a backreference needs backtracking'],
  ['^(?<x>a)\\k<x>$', 'a backreference needs backtracking'],
  ['^\\p{ID_Start}$', 'RE2 has no table of this property'],
  ['^a{20000}$', 'more than 10,000 repeats take too many instructions'],
  ['^(?:a{100}){100}$', 'RE2 counts no further than 1,000 in all'],
]

for (const [pattern, why] of BEYOND)
  test(`the pattern ${pattern} is refused, since ${why}`, () => {
    assert.match(String(findSchemaProblem({ pattern })), /not a regular expression of RE2/)
  })

const ENDLESS: JsonSchema[] = [
  { $ref: '#' },
  { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
  { $ref: '#/$defs/a', $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } } },
  { anyOf: [{ type: 'string' }, { $ref: '#' }] },
  { not: { $ref: '#' } },
  { properties: { a: { $ref: '#/properties/a' } } },
  { if: { $ref: '#' } },
]

for (const schema of ENDLESS)
  test(`${JSON.stringify(schema)} judges no value, and is refused`, () => {
    assert.match(String(findSchemaProblem(schema)), /the reference '#[^']*' leads back to itself/)
  })

test('a schema that the validator can not follow is refused, and not found out by a value', () => {
  const beside = { properties: { a: { $id: 'urn:x:1', $ref: '#/$defs/n', $defs: { n: { type: 'number' } } } } }
  assert.is(findSchemaProblem(beside), 'it is nested too deeply')
  const inner = { $dynamicRef: '#n', $defs: { n: { $dynamicAnchor: 'n', type: 'string' } } }
  assert.match(String(findSchemaProblem(inner)), "'$dynamicRef: #n' leads into the schema: expected $ref")
})

test('a reference back through a field or an item is none of these', () => {
  for (const schema of [
    LIST,
    TREE,
    { items: { $ref: '#' } },
    { properties: { a: { anyOf: [{ $ref: '#' }, { type: 'null' }] } } },
  ])
    assert.is(findSchemaProblem(schema), undefined)
})

test.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createValidator } from '../../../src/core/json-schema-validator.ts'
import { readText } from '../../support/read-text.ts'

const test = suite('JSON Schema inside a type')

const NODE = '{ type: object, properties: { n: { type: number }, next: { $ref: "#/$defs/node" } } }'
const TREE = `{ type: object, properties: { root: { $ref: "#/$defs/node" } }, $defs: { node: ${NODE} } }`
const SELF = '{ type: object, properties: { me: { $ref: "#" } }, additionalProperties: false }'

const read = (input: string) => {
  const { workflow, found } = readText(`workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\ninput:\n${input}\n`)
  return { schema: workflow?.input?.value, found: found.map(({ code, message }) => `${code}: ${message}`) }
}

const judge = (input: string) => {
  const { schema, found } = read(input)
  assert.equal(found, [])
  const validate = createValidator(schema ?? {})
  return (value: unknown) => validate(value) ?? 'fits'
}

test('finds its own definitions from a field, a list and a choice of the type around it', () => {
  const cases: [input: string, wrap: (value: unknown) => unknown][] = [
    [`  f: ${TREE}`, (f) => ({ f })],
    [`  f: { g: { h: ${TREE} } }`, (h) => ({ f: { g: { h } } })],
    [`  f: [${TREE}]`, (one) => ({ f: [one] })],
    [`  f: [{ g: ${TREE} }]`, (g) => ({ f: [{ g }] })],
  ]
  for (const [input, wrap] of cases) {
    const problemOf = judge(input)
    assert.is(problemOf(wrap({ root: { n: 1, next: { n: 2 } } })), 'fits', input)
    assert.match(problemOf(wrap({ root: { n: 1, next: { n: 'x' } } })), /next\/n' must be number, got "x"/, input)
  }
})

test('means itself by #, and not the type around it', () => {
  const problemOf = judge(`  f: ${SELF}`)
  assert.is(problemOf({ f: { me: { me: {} } } }), 'fits')
  assert.match(problemOf({ f: { me: { f: 1 } } }), "'/f/me/f' is not a known field")
})

test('keeps its definitions apart from those of other fields of the same names', () => {
  const other = TREE.replace('type: number', 'type: string')
  const problemOf = judge(`  a: ${TREE}\n  b: ${other}\n  "a node": ${TREE}`)
  assert.is(problemOf({ a: { root: { n: 1 } }, b: { root: { n: 'x' } }, 'a node': { root: { n: 1 } } }), 'fits')
  assert.is.not('fits', problemOf({ a: { root: { n: 'x' } }, b: { root: { n: 'x' } }, 'a node': {} }))
  assert.is.not('fits', problemOf({ a: { root: { n: 1 } }, b: { root: { n: 1 } }, 'a node': {} }))
})

test('leaves alone a value that only looks like a reference, and a schema with an $id', () => {
  const literal = '{ type: object, properties: { $ref: { type: string }, c: { const: { $ref: "#/$defs/x" } } } }'
  assert.is(judge(`  f: ${literal}`)({ f: { $ref: 'a', c: { $ref: '#/$defs/x' } } }), 'fits')
  const named =
    '{ $id: "urn:a:b", type: object, properties: { n: { $ref: "#/$defs/n" } }, $defs: { n: { type: number } } }'
  assert.match(judge(`  f: ${named}`)({ f: { n: 'x' } }), "'/f/n' must be number")
})

const REFUSED: [input: string, says: RegExp][] = [
  ['  f: { $ref: "#/$defs/missing" }', /bad_schema: .*missing/],
  ['  f: { $ref: "#" }', /bad_schema: .*the reference '#' leads back to itself/],
  [
    '  f: { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }',
    /bad_schema: .*leads back to itself/,
  ],
  ['  f: { anyOf: [{ type: string }, { $ref: "#" }] }', /bad_schema: .*leads back to itself/],
  ['  f: { $ref: "https://a.example/schema" }', /bad_schema: .*a\.example/],
  ['  f: { $dynamicRef: "#n", $defs: { n: { $dynamicAnchor: n } }, type: string }', /bad_schema: .*expected \$ref/],
  [
    '  f: { $ref: "#x", $defs: { a: { $anchor: x } } }\n  g: { $ref: "#x", $defs: { a: { $anchor: x } } }',
    /bad_schema: .*more than one schema/,
  ],
]

for (const [input, says] of REFUSED)
  test(`is refused when it can not run: ${input.trim()}`, () => {
    const { found } = read(input)
    assert.ok(
      found.some((one) => says.test(one)),
      found.join('\n'),
    )
  })

test.run()

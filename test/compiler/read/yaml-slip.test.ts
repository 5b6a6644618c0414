import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readText } from '../../support/read-text.ts'

/** A line of a step, and the same line as the hint must have it. */
const SLIPS: [title: string, line: string, corrected: string][] = [
  ['a negation is no tag', 'when: !done', 'when: "!done"'],
  ['a negation with a blank is no tag', 'when: ! input.done', 'when: "! input.done"'],
  ['a negated call goes on behind the tag', 'when: !has(input.x) && y', 'when: "!has(input.x) && y"'],
  ['a star is no alias', 'when: *done', 'when: "done"'],
  ['a star and a rest are no alias', 'when: *done + 1', 'when: "done + 1"'],
  ['an ampersand is no anchor', 'when: &done', 'when: "done"'],
  ['two ampersands are no anchor', 'when: && done', 'when: "&& done"'],
  ['an anchor with a rest is none', 'when: &x == 1', 'when: "x == 1"'],
  ['a text in single quotes is not the whole', "when: 'a' == input.x", `when: "'a' == input.x"`],
  ['a text in double quotes is not the whole', 'when: "a" == input.x', `when: '"a" == input.x'`],
  ['a key begins with a text', `key: 'send-' + input.id`, `key: "'send-' + input.id"`],
  ['a list is no YAML list', 'when: [1, 2]', 'when: "[1, 2]"'],
  ['a list and a rest are no YAML list', 'when: [1, 2].size() > 0', 'when: "[1, 2].size() > 0"'],
  ['a map is no YAML map', 'when: {a: true}', 'when: "{a: true}"'],
  ['a map and a rest are no YAML map', `when: {'a': 1}.a == 1`, `when: "{'a': 1}.a == 1"`],
  ['a choice is no key', 'when: a ? b : c', 'when: "a ? b : c"'],
  ['a choice of texts is no key', `when: a ? "b" : 'c'`, `when: 'a ? "b" : ''c'''`],
  ['a colon in a text ends no key', 'when: input.x == "a: b"', `when: 'input.x == "a: b"'`],
  ['a hash in a text begins no comment', 'when: input.x == "a #b"', `when: 'input.x == "a #b"'`],
  ['a comment behind stays one', 'when: a ? b : c  # why', 'when: "a ? b : c"  # why'],
  ['a percent sign begins no value', 'when: %x', 'when: "%x"'],
]

const IN_BRACES: [title: string, line: string, corrected: string][] = [
  [
    'a call with two arguments',
    '{ id: a, tool: x, when: f(a, b), next: end }',
    '{ id: a, tool: x, when: "f(a, b)", next: end }',
  ],
  ['a text with a comma', `{ id: a, tool: x, when: a == 'b, c' }`, `{ id: a, tool: x, when: "a == 'b, c'" }`],
  ['a negation', '{ id: a, tool: x, when: !done, next: end }', '{ id: a, tool: x, when: "!done", next: end }'],
  ['a choice', '{ id: a, tool: x, when: a ? b : c }', '{ id: a, tool: x, when: "a ? b : c" }'],
  ['a text at the start', '{ id: a, tool: x, when: "b" == c }', `{ id: a, tool: x, when: '"b" == c' }`],
  ['a value of set', '{ id: a, set: { x: f(a, b), y: 1 } }', '{ id: a, set: { x: "f(a, b)", y: 1 } }'],
  ['a negated value of set', '{ id: a, set: { x: !y } }', '{ id: a, set: { x: "!y" } }'],
  ['an item in a list of set', '{ id: a, set: { x: [f(a, b), c] } }', '{ id: a, set: { x: ["f(a, b)", c] } }'],
  ['until of a wait', '{ id: a, wait: { until: date(a, b) } }', '{ id: a, wait: { until: "date(a, b)" } }'],
]

const test = suite('yaml slips')

const assertSlip = (text: string, corrected: string): void => {
  assert.equal(
    readText(text).found.map(({ code, hint }) => `${code}: ${hint}`),
    [`yaml_slip: ${corrected}`],
  )
}

/** The hint is YAML in which the whole expression is one text. */
const assertCorrected = (text: string): void =>
  assert.equal(
    readText(text).found.filter(({ code }) => code !== 'unknown_key'),
    [],
  )

for (const [title, line, corrected] of SLIPS) {
  test(`${title}: ${line}`, () => {
    const toText = (step: string) => `workflow: w\nsteps:\n  - id: a\n    tool: x\n    ${step}\n    next: end\n`
    assertSlip(toText(line), corrected)
    assertCorrected(toText(corrected))
  })
}

for (const [title, line, corrected] of IN_BRACES) {
  test(`in braces, ${title}: ${line}`, () => {
    const toText = (step: string) => `workflow: w\nsteps:\n  - ${step}\n`
    assertSlip(toText(line), `- ${corrected}`)
    assertCorrected(toText(corrected))
  })
}

test('a list type in braces is no expression: the type is quoted, not the map around it', () => {
  const { found } = readText(
    'workflow: w\ninput: { d: { x: number, y?: string[] } }\nsteps: [{ id: a, set: { x: 1 } }]\n',
  )
  assert.equal(
    found.map(({ code, hint }) => `${code}: ${hint}`),
    ['yaml_syntax: input: { d: { x: number, y?: "string[]" } }'],
  )
})

const OTHER_PLACES: Record<string, [text: string, corrected: string]> = {
  output: ['workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\noutput: !x\n', 'output: "!x"'],
  'a value of output': ['workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\noutput:\n  y: !x\n', 'y: "!x"'],
  'the input of a trigger': [
    'workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\ntriggers:\n  - nats: t\n    input: { y: !x }\n',
    'input: { y: "!x" }',
  ],
  'dedupe of a trigger': [
    `workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\ntriggers:\n  - nats: t\n    dedupe: 'a' + event.id\n`,
    `dedupe: "'a' + event.id"`,
  ],
  'the value on the next line': ['workflow: w\nsteps:\n  - id: a\n    tool: x\n    when:\n      !x\n', '"!x"'],
  'a line that goes on behind a hash': [
    'workflow: w\nsteps:\n  - id: a\n    tool: x\n    when: a == "b #c" &&\n      d\n',
    `when: 'a == "b #c" && d'`,
  ],
}

for (const [place, [text, corrected]] of Object.entries(OTHER_PLACES)) {
  test(`at ${place}`, () => assertSlip(text, corrected))
}

const FINE: Record<string, string> = {
  'a comment behind an expression': 'when: input.x == "a" # why',
  'an expression in quotes': 'when: "!done"',
  'an anchor before an expression': 'when: &test input.x > 1',
  'a text on several lines': 'when: input.x &&\n      input.y',
  'a folded block': 'when: >-\n      !input.x\n      && a ? b : c',
  'a boolean': 'when: true',
  'an index and a call': 'when: input.x[0].size() == f(a, b)',
}

for (const [title, line] of Object.entries(FINE)) {
  test(`${title} is no slip`, () => {
    assert.equal(readText(`workflow: w\nsteps:\n  - id: a\n    tool: x\n    ${line}\n    next: end\n`).found, [])
  })
}

test('an alias of an expression is no slip', () => {
  const { found, workflow } = readText(
    'workflow: w\nsteps:\n  - { id: a, tool: x, when: &test input.x }\n  - { id: b, tool: x, when: *test }\n',
  )
  assert.equal(found, [])
  assert.is(workflow?.steps[1]?.when?.text, 'input.x')
})

test('a text that needs quotes and is no expression is a syntax error with the corrected line', () => {
  const { found } = readText('workflow: w\nsteps:\n  - id: a\n    llm: m\n    prompt: Reply to: ${input.x}\n')
  assert.equal(
    found.map(({ code, hint }) => [code, hint]),
    [['yaml_syntax', 'prompt: "Reply to: ${input.x}"']],
  )
})

test.run()

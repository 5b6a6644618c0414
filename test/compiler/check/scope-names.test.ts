import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkText, workflowOf } from './check-text.ts'

const test = suite('names in scope')

const INPUT = 'input: { names: [string] }\nsecrets: [TOKEN]\n'

/** The codes found in a workflow with these steps. */
const codesIn = (steps: string, head = INPUT): string[] =>
  checkText(workflowOf(steps, head), { environment: ['REGION'] }).errors.map((error) => error.split(' ')[1] ?? '')

const CASES: { fact: string; steps: string; codes: string[] }[] = [
  {
    fact: 'input, run and the allowed variables of the environment are known everywhere',
    steps: '  - { id: x, set: { a: input.names, b: run.id + run.started_at, c: env.REGION } }\n',
    codes: [],
  },
  {
    fact: 'a variable of the environment that is not allowed is no field of env',
    steps: '  - { id: x, set: { a: env.HOME } }\n',
    codes: ['unknown_field'],
  },
  {
    fact: 'iter is known in a loop and in its test, not outside and not in its own when',
    steps: `  - id: x
    when: iter.first
    loop: { until: iter.count > 2, max: 3 }
    do:
      - { id: y, set: { a: iter.count, b: iter.first } }
  - { id: z, set: { a: iter.count } }
`,
    codes: ['unknown_name', 'unknown_name'],
  },
  {
    fact: 'index and the item are known in the body of a foreach and in yields',
    steps: `  - id: x
    foreach: input.names
    as: name
    do:
      - { id: y, set: { a: name + string(index) } }
    yields: name + string(index) + steps.y.output.a
  - { id: z, set: { a: name, b: index } }
`,
    codes: ['unknown_name', 'unknown_name'],
  },
  {
    fact: 'an inner item hides an outer one of the same name, and other outer ones stay known',
    steps: `  - id: x
    foreach: input.names
    as: name
    do:
      - id: y
        foreach: "[1, 2]"
        as: number
        do:
          - { id: z, set: { a: name + string(number) } }
          - id: w
            foreach: "[true]"
            as: name
            do: [{ id: v, when: name, set: { a: number } }]
`,
    codes: [],
  },
  {
    fact: 'steps around a foreach are seen in its body, those in it are not seen outside',
    steps: `  - { id: before, set: { a: "1" } }
  - id: x
    foreach: input.names
    do:
      - { id: y, set: { a: steps.before.output.a } }
      - { id: z, set: { a: steps.y.output.a } }
  - { id: behind, set: { a: "steps.?y.?output.?a.orValue(1)" } }
`,
    codes: ['unknown_step_reference'],
  },
  {
    fact: 'error is known in a step that on_error leads to and in all inside it, and nowhere else',
    steps: `  - { id: x, tool: http.get, with: { url: a }, on_error: rescue, next: end }
  - id: rescue
    foreach: "[1]"
    do: [{ id: y, set: { a: error.code, b: error.message, c: error.details } }]
  - { id: z, set: { a: error.code } }
`,
    codes: ['unknown_name'],
  },
  {
    fact: 'error may be null in a step that is reached in another way too',
    steps: `  - { id: x, tool: http.get, with: { url: a }, on_error: rescue }
  - { id: rescue, set: { a: error.code, b: "error.?code.orValue('none')" } }
`,
    codes: ['possibly_null'],
  },
  {
    fact: 'secrets stand in with, and nowhere else',
    steps: `  - { id: x, tool: http.get, with: { url: a, headers: { Authorization: "\${secrets.TOKEN}" } } }
  - { id: y, set: { a: secrets.TOKEN } }
  - { id: z, llm: mock/echo, prompt: "\${secrets.TOKEN}" }
  - { id: w, tool: http.get, with: { url: "http://a/\${secrets.TOKEN}?b=c\${secrets.TOKEN}" }, key: "secrets.TOKEN" }
  - { id: v, tool: http.get, with: { url: a, headers: { Authorization: "\${secrets.TOKN}" } } }
`,
    codes: ['secret_misused', 'secret_misused', 'secret_misused', 'unknown_secret'],
  },
  {
    fact: 'undo sees the output of its own step',
    steps:
      '  - { id: x, tool: http.post, with: { url: a }, undo: { tool: http.delete, with: { url: "a/${steps.x.output.status}" } } }\n',
    codes: [],
  },
  {
    fact: 'a field of the input with a default is there, an optional one may be missing',
    steps: '  - { id: x, set: { a: input.count + 1, b: input.note + "x" } }\n',
    codes: ['possibly_null'],
  },
]

for (const { fact, steps, codes } of CASES)
  test(fact, () => {
    const head = fact.includes('default') ? 'input: { count: { type: integer, default: 3 }, note?: string }\n' : INPUT
    assert.equal(codesIn(steps, head), codes)
  })

test('a workflow without input takes none', () => {
  assert.equal(codesIn('  - { id: x, set: { a: input.name } }\n', ''), ['unknown_field'])
})

test('triggers know event by its kind, and their input has to fit that of the workflow', () => {
  const head = `input: { text: string, chat: string, count?: integer }
secrets: [TOKEN]
triggers:
  - webhook: /hook
    verify: { scheme: standard-webhooks, secret: "\${secrets.TOKEN}" }
    when: event.data.urgent
    dedupe: event.id
    input: { text: event.data.text, chat: event.subject }
  - telegram: TOKEN
    match: event.text.startsWith('/ask')
    input: { text: event.text, count: event.text }
    reply: output.text + input.text
  - nats: subject
    when: steps.x.output.a
    input: { text: event.subject, chat: "'nats'", extra: "1" }
  - schedule: "0 9 * * *"
    when: event.at
`
  const { errors } = checkText(workflowOf('  - { id: x, set: { a: "1" } }\n', head))
  assert.equal(errors, [
    '9:49 unknown_field',
    '12:12 missing_field',
    '12:39 type_mismatch',
    '13:26 unknown_name',
    '15:17 unknown_step_reference',
    '16:51 unknown_field',
    '18:11 not_boolean',
  ])
})

test.run()

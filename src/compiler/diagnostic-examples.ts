/**
 * A small workflow for each diagnostic code, which has that finding: shown by `troupe explain` and in docs/errors.md together
 * with what the compiler says about it. Apart from diagnostic-codes.ts, so that no process loads them to report a finding.
 * A test compiles them all. Not every finding has one: a file that is too large or no text is no example.
 */
import type { DiagnosticCode } from './diagnostic-codes.ts'

export interface DiagnosticExample {
  /** The whole file. */
  text: string
  /** Workflows that it calls, by path. */
  workflows?: Record<string, string>
}

/** Steps with this YAML, indented as the examples below are. */
const steps = (yaml: string): DiagnosticExample => ({ text: `workflow: example\nsteps:\n${trim(yaml)}` })
const whole = (yaml: string): DiagnosticExample => ({ text: `workflow: example\n${trim(yaml)}` })

const trim = (yaml: string): string => {
  const lines = yaml.replace(/^\n/, '').trimEnd().split('\n')
  const margin = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0
  const offset = lines[0]?.trimStart().startsWith('- ') ? '  ' : ''
  return `${lines.map((line) => offset + line.slice(margin)).join('\n')}\n`
}

const ASK = `
  - id: ask
    llm: mock/echo
    prompt: Hello`

export const DIAGNOSTIC_EXAMPLES: Partial<Record<DiagnosticCode, DiagnosticExample>> = {
  empty_file: { text: '# nothing yet\n' },
  yaml_syntax: whole('steps: [{ id: greet, set: { a: 1 }'),
  yaml_slip: steps(`${ASK}
    when: !done`),
  several_documents: { text: 'workflow: example\nsteps: [{ id: a, set: { b: 1 } }]\n---\nworkflow: second\n' },
  unknown_tag: whole('description: !note hello\nsteps: [{ id: a, set: { b: 1 } }]'),
  unknown_alias: whole('description: *note\nsteps: [{ id: a, set: { b: 1 } }]'),
  duplicate_key: whole('description: one\ndescription: two\nsteps: [{ id: a, set: { b: 1 } }]'),
  forbidden_key: steps('- { id: a, set: { constructor: 1, name: 2 } }'),
  key_not_text: steps('- { id: a, set: { 5: 1 } }'),
  unsafe_integer: steps('- { id: a, set: { big: 9007199254740993 } }'),
  infinite_number: steps('- { id: a, set: { big: .inf } }'),
  unknown_key: steps(`${ASK}
    timout: 30s`),
  missing_key: steps('- { id: ask, llm: mock/echo }'),
  excluded_keys: steps(`${ASK}
    messages: [{ role: user, content: Hello }]`),
  wrong_shape: whole('limits: { steps: many }\nsteps: [{ id: a, set: { b: 1 } }]'),
  unknown_word: steps(`${ASK}
    on_lost: retri`),
  bad_duration: steps(`${ASK}
    timeout: 30 seconds`),
  bad_size: steps(`
  - id: compute
    code: javascript
    source: return 1
    sandbox: { memory: 64 }`),
  bad_id: steps('- { id: Greet-All, set: { a: 1 } }'),
  bad_name: { text: 'workflow: my first one\nsteps: [{ id: a, set: { b: 1 } }]\n' },
  duplicate_id: steps('- { id: a, set: { b: 1 } }\n- { id: a, set: { b: 2 } }'),
  no_kind: steps('- { id: ask, prompt: Hello }'),
  unknown_kind: steps('- { id: ask, lm: mock/echo }'),
  several_kinds: steps(`${ASK}
    tool: time.now`),
  too_many_branches: steps(
    `- id: all\n  parallel:\n${Array.from({ length: 17 }, (_, n) => `    b${n}: [{ id: s${n}, set: { n: ${n} } }]`).join('\n')}`,
  ),
  else_not_last: steps(`
  - id: route
    switch:
      - else: continue
      - { when: run.id == "r-1", next: end }`),
  bad_template: steps('- { id: ask, llm: mock/echo, prompt: "Hello ${input.name" }'),
  unknown_type: whole('input: { name: strnig }\nsteps: [{ id: a, set: { b: 1 } }]'),
  bad_type: whole('input: { label: [bug, question] }\nsteps: [{ id: a, set: { b: 1 } }]'),
  ambiguous_type: whole('input: { note: { type: string, title: string } }\nsteps: [{ id: a, set: { b: 1 } }]'),
  bad_schema: whole('input: { age: { type: integer, minimum: low } }\nsteps: [{ id: a, set: { b: 1 } }]'),
  bad_default: whole('input: { age: { type: integer, default: young } }\nsteps: [{ id: a, set: { b: 1 } }]'),
  expression_syntax: steps('- { id: a, set: { b: "(1 + 2" } }'),
  unknown_name: steps('- { id: a, set: { b: hello } }'),
  unknown_step_reference: steps('- { id: ask, set: { n: 1 } }\n- { id: use, set: { n: steps.aks.output.n } }'),
  unknown_field: steps('- { id: ask, set: { total: 1 } }\n- { id: use, set: { n: steps.ask.output.totl } }'),
  missing_field: steps('- { id: get, tool: http.get, with: { headers: {} } }'),
  unknown_function: steps(`- { id: a, set: { b: "upercase('x')" } }`),
  type_mismatch: steps(`- { id: a, set: { b: "1 + 'one'" } }`),
  unknown_enum_value: whole(`
  input: { label: { enum: [bug, question] } }
  steps:
    - { id: a, set: { is_bug: input.label == 'bgu' } }`),
  not_boolean: whole('input: { count: integer }\nsteps:\n  - { id: a, when: input.count, set: { b: 1 } }'),
  possibly_null: whole('input: { name: string | null }\nsteps:\n  - { id: a, set: { size: input.name.size() } }'),
  unknown_secret: steps(
    '- { id: get, tool: http.get, with: { url: "https://a.example", headers: { token: "${secrets.TOKEN}" } } }',
  ),
  secret_misused: whole('secrets: [TOKEN]\nsteps:\n  - { id: ask, llm: mock/echo, prompt: "${secrets.TOKEN}" }'),
  invalid_regular_expression: steps(`- { id: a, set: { b: "'text'.matches('(?=x)')" } }`),
  unknown_step: steps('- { id: first, set: { a: 1 }, next: thrid }\n- { id: third, set: { a: 3 } }'),
  jump_across_border: steps(`
  - { id: first, set: { a: 1 }, next: inner }
  - id: block
    do:
      - { id: inner, set: { a: 2 } }`),
  missing_max_visits: steps(`
  - { id: first, set: { a: 1 } }
  - id: again
    switch: [{ when: run.id == "r-1", next: first }]`),
  handled_bound: steps(`
  - id: first
    set: { a: 1 }
    max_visits: 3
    on_error: { visits_exhausted: again }
    next: end
  - id: again
    set: { a: 2 }
    next: first`),
  unreachable_step: steps('- { id: first, set: { a: 1 }, next: end }\n- { id: second, set: { a: 2 } }'),
  endless_run: steps('- { id: ping, wait: { for: 1s }, max_visits: 10 }\n- { id: pong, set: { a: 1 }, next: ping }'),
  eventless_cycle: steps(`
  - id: spin
    loop: { until: iter.count > 9, max: 100 }
    do:
      - { id: nothing, switch: [{ else: continue }] }`),
  nobody_decides: steps('- { id: ask, approve: { title: "Send it?", by: [] }, timeout: 4h }'),
  bad_event_name: steps('- { id: tell, emit: order paid }'),
  needless_undo: steps(`
  - id: note
    set: { path: '"note.txt"' }
    undo: { tool: files.write, with: { path: note.txt, content: "" } }`),
  idle_flow: whole('flow: { on_conflict: reject }\nsteps: [{ id: a, set: { b: 1 } }]'),
  impossible_join: steps(`
  - id: both
    parallel: { a: [{ id: one, set: { n: 1 } }], b: [{ id: two, set: { n: 2 } }] }
    join: { at_least: 3 }`),
  unassigned_output: steps(
    '- { id: maybe, when: run.id == "r-1", set: { n: 1 } }\n- { id: use, set: { n: steps.maybe.output.n } }',
  ),
  reserved_name: steps('- id: all\n  foreach: "[1, 2]"\n  as: input\n  do: [{ id: one, set: { n: 1 } }]'),
  unknown_tool: steps('- { id: get, tool: htpp.get, with: { url: "https://a.example" } }'),
  unknown_model: steps('- { id: ask, llm: mock/ecko, prompt: Hello }'),
  unpriced_model: {
    text: 'workflow: example\nlimits: { cost_usd: 1 }\nsteps:\n  - { id: ask, llm: openai/unheard-of, prompt: Hello }\n',
  },
  unknown_parameter: steps(`${ASK}
    params: { temprature: 0 }`),
  unknown_fault_code: steps(`${ASK}
    on_error: { time_out: continue }`),
  unmatchable_fault_code: steps(`${ASK}
    on_error: { budget_exceeded: continue }`),
  not_available_yet: steps('- { id: sum, code: javascript, source: "return 1" }'),
  bad_linked_file: steps('- { id: ask, llm: mock/script, prompt: Hello, params: { script: answers.yaml } }'),
  unknown_workflow: steps('- { id: call, workflow: billing }'),
  recursive_workflow: {
    text: 'workflow: example\nsteps:\n  - { id: again, workflow: example.yaml }\n',
    workflows: { 'example.yaml': 'workflow: example\nsteps:\n  - { id: again, workflow: example.yaml }\n' },
  },
  broken_child: {
    text: 'workflow: example\nsteps:\n  - { id: call, workflow: billing.yaml }\n',
    workflows: { 'billing.yaml': 'workflow: billing\nsteps:\n  - { id: a, sett: { b: 1 } }\n' },
  },
  constant_condition: steps('- { id: first, set: { a: 1 }, when: 1 > 2 }'),
  untakeable_case: whole(`
  input: { count: number }
  steps:
    - id: route
      switch:
        - { when: input.count > 0, next: end }
        - { when: input.count > 5, next: end }`),
  never_reached: whole(`
  input: { flag: boolean }
  steps:
    - { id: route, switch: [{ when: input.flag, next: end }, { when: '!input.flag', next: end }] }
    - { id: after, set: { a: 1 } }`),
  dead_end: steps('- { id: spin, loop: { until: iter.count > 5, max: 5 }, do: [{ id: one, set: { n: 1 } }] }'),
  parallel_never_joins: steps(`
  - id: both
    parallel: { a: [{ id: one, set: { n: 1 } }], b: [{ id: two, fail: { code: sad, message: Sad } }] }`),
  contested_event: steps(`
  - id: both
    parallel:
      a: [{ id: one, wait: { event: paid } }]
      b: [{ id: two, wait: { event: paid } }]`),
  unbounded_approval: whole(`
  tools: { pay: { tool: http.post, approval: always } }
  steps:
    - { id: charge, tool: pay, with: { url: "https://pay.example" } }`),
  too_many_steps: whole(`
  limits: { steps: 50 }
  steps:
    - id: up
      loop: { until: steps.one.output.n > 5, max: 100 }
      do: [{ id: one, set: { n: iter.count } }]`),
}

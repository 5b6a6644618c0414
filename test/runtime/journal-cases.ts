/** Runs whose journals hold each kind of row, to be kept with the states they fold to. */
import type { JsonValue } from '../../src/core/json.ts'
import type { InboxMessage } from '../../src/store/store.ts'
import type { DrivenProcess } from '../support/driven-run.ts'
import type { Decision } from '../support/scripted-world.ts'

export interface JournalCase {
  workflow: string
  decide(id: string, failures: number): Decision
  /** Done one by one, each when nothing is in flight. `go on`: the next outcome comes, or the next deadline. */
  acts: readonly (((process: DrivenProcess) => void) | 'go on')[]
}

const answer = (id: string): Decision => ({ output: { text: id } })
const failed = (code: string, retryable: boolean): Decision => ({ fault: { code, retryable } })

let messages = 0
const ask =
  (kind: InboxMessage['kind'], body: JsonValue) =>
  ({ run }: DrivenProcess): void =>
    run.receive({ id: `m${++messages}`, kind, body })

const decide = (path: string, by: string) => ask('decision', { path, visit: 1, verdict: 'approved', by, values: null })
const signal = (name: string, data: JsonValue) => ask('signal', { name, data, at: '2030-01-01T00:00:00.000Z' })
const die = ({ watched }: DrivenProcess): void => {
  watched.isDead = true
}

const CALL = 'http.post, with: { url: "http://127.0.0.1/" }'

export const JOURNAL_CASES: Readonly<Record<string, JournalCase>> = {
  blocks: {
    workflow: `workflow: blocks
input: { name: string }
steps:
  - id: route
    switch:
      - when: input.name == "Bob"
        next: both
      - else: { do: [{ id: greeting, set: { text: "'Hello ' + input.name" } }] }
  - id: both
    parallel:
      left: [{ id: a, llm: mock/echo, prompt: a }]
      right: [{ id: nap, wait: { for: 5s } }, { id: b, llm: mock/echo, prompt: b }]
  - id: each
    foreach: "['x', 'y']"
    as: item
    concurrency: 1
    do: [{ id: c, llm: mock/echo, prompt: "\${item}" }]
  - id: again
    loop: { until: "iter.count >= 2", max: 3 }
    do: [{ id: d, llm: mock/echo, prompt: d }]
  - { id: last, set: { all: "steps.each.output.map(one, one.text)" } }
output: { greeting: steps.?greeting.?output.?text.orValue(''), last: steps.last.output.all, d: steps.d.output.text }
`,
    decide: answer,
    // Drained while an effect is in flight: effects that follow from its outcome do not start any more.
    acts: ['go on', 'go on', 'go on', ({ run }) => run.drain(() => true)],
  },
  queued: {
    workflow: `workflow: queued
input: { name: string }
flow: { concurrency: 1, key: input.name }
limits: { time: 2h }
steps:
  - { id: nap, wait: { for: 5s } }
  - { id: a, llm: mock/echo, prompt: "\${run.started_at}" }
`,
    decide: answer,
    acts: ['go on', die],
  },
  attempts: {
    workflow: `workflow: attempts
input: { name: string }
steps:
  - { id: a, llm: mock/echo, prompt: x, retry: { max: 4, backoff: 1s..2s, jitter: false } }
  - id: b
    timeout: 30s
    retry: { max: 2, backoff: 1s..2s, jitter: false, on: [timeout] }
    on_error: continue
    do: [{ id: inner, llm: mock/echo, prompt: x, timeout: 10m }]
output: { a: steps.a.attempts, b: steps.b.status }
`,
    decide: (id, failures) =>
      id.startsWith('a') && failures < 2
        ? failed('unavailable', true)
        : id.startsWith('b') || id.startsWith('inner')
          ? 'never'
          : answer(id),
    acts: [die],
  },
  answers: {
    workflow: `workflow: answers
input: { name: string }
steps:
  - { id: ask, approve: { title: "Go on?", by: [ann] }, timeout: 1h }
  - { id: paid, wait: { event: paid, match: "event.data.id == 7" }, timeout: 1h }
  - { id: told, emit: done, with: { by: "\${steps.ask.output.by}" } }
output: { by: steps.ask.output.by, amount: steps.paid.output.amount }
`,
    decide: answer,
    acts: [
      decide('ask', 'eve'),
      signal('paid', { id: 8, amount: 1 }),
      ask('pause', { by: 'ann' }),
      die,
      ask('unpause', { by: 'ann' }),
      decide('ask', 'ann'),
      signal('paid', { id: 7, amount: 2 }),
    ],
  },
  cancelled: {
    workflow: `workflow: cancelled
input: { name: string }
steps:
  - { id: book, tool: ${CALL}, key: run.id, undo: { tool: http.delete, with: { url: "http://127.0.0.1/\${steps.book.status}" } } }
  - { id: work, llm: mock/echo, prompt: x }
`,
    decide: (id) => (id.startsWith('work') ? 'never' : { output: { status: 200, headers: {}, body: null } }),
    acts: ['go on', ({ run }) => run.cancel('ann')],
  },
  compensated: {
    workflow: `workflow: compensated
input: { name: string }
steps:
  - { id: before, tool: ${CALL}, key: run.id, undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } } }
  - id: trip
    compensate: true
    on_error: rest
    do:
      - { id: flight, tool: ${CALL}, key: run.id, undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } } }
      - id: nights
        foreach: "[1, 2]"
        as: night
        concurrency: 1
        do: [{ id: hotel, tool: ${CALL}, key: run.id, undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } } }]
      - { id: work, llm: mock/echo, prompt: x }
  - { id: rest, llm: mock/echo, prompt: x }
  - { id: never, llm: mock/echo, prompt: x }
`,
    decide: (id) =>
      id.startsWith('work') || id.startsWith('run--undo/nights[1]')
        ? failed('refused', false)
        : id.startsWith('rest')
          ? 'never'
          : { output: { status: 200, headers: {}, body: null } },
    // It dies in the middle of the compensation, and is cancelled in the middle, and behind it.
    acts: ['go on', 'go on', 'go on', 'go on', 'go on', 'go on', die, 'go on', ({ run }) => run.cancel('ann')],
  },
  settled: {
    workflow: `workflow: settled
input: { name: string }
steps:
  - id: both
    parallel:
      left: [{ id: a, llm: mock/echo, prompt: a }, { id: b, llm: mock/echo, prompt: b }]
      right: [{ id: nap, wait: { for: 5s } }, { id: c, llm: mock/echo, prompt: c }]
    join: settled
output: { both: steps.both.output }
`,
    decide: (id) => (id.startsWith('b') ? failed('refused', false) : answer(id)),
    acts: ['go on', 'go on', die],
  },
  finally: {
    workflow: `workflow: finally
input: { name: string }
limits: { time: 1m }
steps:
  - { id: book, tool: ${CALL}, key: run.id, undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } } }
  - { id: work, llm: mock/echo, prompt: x }
finally:
  - { id: told, emit: ended, with: { status: "\${run.status}", code: "\${error.?code.orValue('none')}" } }
  - { id: clean, llm: mock/echo, prompt: x }
  - { id: nap, wait: { for: 2m } }
  - { id: last, llm: mock/echo, prompt: x }
  - { id: never, llm: mock/echo, prompt: x }
`,
    decide: (id) =>
      id.startsWith('work') || id.startsWith('last')
        ? failed('refused', false)
        : { output: { status: 200, headers: {}, body: null } },
    acts: ['go on', 'go on', 'go on', die],
  },
  too_long: {
    workflow: `workflow: too-long
input: { name: string }
limits: { time: 1m }
steps: [{ id: work, llm: mock/echo, prompt: x, timeout: 1h }]
`,
    decide: () => 'never',
    acts: [],
  },
  near_limit: {
    // It doubles its value: more than 1 MB as text, and next to nothing in memory and in the journal.
    workflow: `workflow: near-limit
input: { name: string }
steps:
  - id: doubling
    loop: { until: iter.count >= 17, max: 20 }
    do: [{ id: s, set: { v: "[steps.?s.?output.?v.orValue('eight...'), steps.?s.?output.?v.orValue('eight...')]" } }]
  - { id: work, llm: mock/echo, prompt: x }
  - { id: more, llm: mock/echo, prompt: x }
output: { work: steps.work.output.text }
`,
    decide: answer,
    acts: [],
  },
}

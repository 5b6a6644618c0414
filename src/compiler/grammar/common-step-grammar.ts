/** The keys that every step may have, whatever its kind. */

import { DURATION_PATTERN, explainCalendarDuration, parseDuration } from '../../core/duration.ts'
import { write } from '../correction.ts'
import type { Range } from '../source.ts'
import type { Located, ValueNode } from '../value-node.ts'
import { listOf } from './collection-shape.ts'
import { onError } from './on-error-grammar.ts'
import { type Fields, record } from './record-shape.ts'
import { duration, flag, integer, name, snakeCase, text, toolName, word } from './scalar-shape.ts'
import { byForm, mapped, named, reportMismatch, type Shape } from './shape.ts'
import { expression, orComputed, templateInput } from './value-shape.ts'

/** `local`, an agent's name, or labels that the agent must offer. */
export type RunsOn = 'local' | { agent: string } | { needs: string[] }

interface Backoff {
  minMs: number
  maxMs: number
}

const backoff: Shape<Backoff> = {
  expected: 'two durations such as 1s..30s, the shorter first',
  read(node, place) {
    const given = node.kind === 'scalar' ? String(node.value) : ''
    const [from = '', to = '', ...rest] = given.split('..')
    const [minMs, maxMs] = [parseDuration(from.trim()), parseDuration(to.trim())]
    if (minMs !== undefined && maxMs !== undefined && minMs <= maxMs && rest.length === 0) return { minMs, maxMs }
    const isAlone = minMs !== undefined && to === ''
    const hint = isAlone
      ? write(node.range, `${given}..30s`)
      : (explainCalendarDuration(from) ?? explainCalendarDuration(to))
    return reportMismatch(node, place, {
      code: 'bad_duration',
      problem: 'is not a backoff',
      expected: backoff.expected,
      hint,
    })
  },
  toJsonSchema: () => ({
    type: 'string',
    pattern: `^${DURATION_PATTERN}\\.\\.${DURATION_PATTERN}$`,
    examples: ['1s..30s'],
  }),
}

const RETRY_FIELDS = {
  max: {
    shape: integer({ minimum: 1 }),
    doc: 'Attempts, the first one included. Default 3 for llm, memory and reading tools, 1 for all else.',
  },
  backoff: {
    shape: backoff,
    doc: 'The pause before the next attempt: it doubles from the first duration up to the second.',
    default: '1s..30s',
  },
  jitter: { shape: flag, doc: 'Whether each pause is drawn at random from 0 up to its length.', default: true },
  on: { shape: listOf(snakeCase), doc: 'The fault codes to retry. Default: every retryable fault.' },
} as const satisfies Fields

export const retry = named('retry', 'a map with max, backoff, jitter and on', () =>
  mapped(
    record('a retry', RETRY_FIELDS, {
      fromScalar: (value) => (typeof value === 'number' ? `{ max: ${value} }` : undefined),
    }),
    ({ backoff: pauses, ...fields }, { range }) => ({
      ...fields,
      ...(pauses === undefined ? {} : { backoffMinMs: pauses.minMs, backoffMaxMs: pauses.maxMs }),
      range,
    }),
  ),
)

const NEEDS_FIELDS = {
  needs: { shape: listOf(text(), { minimum: 1 }), doc: 'What the agent must offer, by label.', required: true },
} as const satisfies Fields

const AGENT_FIELDS = {
  agent: { shape: name, doc: 'The name of the agent.', required: true },
} as const satisfies Fields

const RUNS_ON = 'local, the name of an agent, or { needs: [label] }'

export const runsOn: Shape<Located<RunsOn>> = named('runs_on', RUNS_ON, () => {
  const needs = record('a runs_on', NEEDS_FIELDS)
  const agent = record('a runs_on', AGENT_FIELDS)
  return byForm(RUNS_ON, {
    scalar: mapped(
      name,
      ({ value, range }): Located<RunsOn> => ({
        value: value === 'local' ? 'local' : { agent: value },
        range,
      }),
    ),
    map: {
      expected: RUNS_ON,
      read(node, place): Located<RunsOn> | undefined {
        const { range } = node
        if (node.kind === 'map' && node.entries.some(({ key }) => key.value === 'agent')) {
          const read = agent.read(node, place)
          return read && { value: { agent: read.agent.value }, range }
        }
        const read = needs.read(node, place)
        return read && { value: { needs: read.needs.map(({ value }) => value) }, range }
      },
      toJsonSchema: (definitions) => ({ anyOf: [needs.toJsonSchema(definitions), agent.toJsonSchema(definitions)] }),
    },
  })
})

const UNDO_FIELDS = {
  tool: { shape: toolName, doc: 'The tool that takes the effect back.', required: true },
  with: { shape: templateInput(), doc: 'Its input, evaluated when the step completes.' },
} as const satisfies Fields

const undo = named('undo', 'a map with tool and with', () =>
  mapped(record('an undo', UNDO_FIELDS), (fields, { range }: { range: Range }) => ({ ...fields, range })),
)

const key: Shape<ValueNode> = mapped(expression, (text) => ({
  kind: 'expression',
  expression: text,
  range: text.range,
}))

export const COMMON_STEP_FIELDS = {
  id: {
    shape: snakeCase,
    doc: "The step's name in snake_case, unique in the file. Its record is `steps.<id>` in expressions.",
    required: true,
  },
  description: { shape: text(), doc: 'What the step is for, in words.' },
  when: { shape: expression, doc: 'An expression; when it is false, the step is skipped.' },
  timeoutMs: {
    key: 'timeout',
    shape: orComputed(duration),
    doc: 'For each attempt of an actor (default 5m), for the whole of wait, approve and blocks; `${ … }` gives a text. Exceeding it is the fault `timeout`.',
  },
  retry: { shape: retry, doc: 'How often and when a failed attempt is repeated.' },
  onError: {
    shape: onError,
    doc: 'What a fault leads to: `fail`, `continue`, a step id, a map from fault codes to these (`"*"`: all others), or a list of cases.',
    default: 'fail',
  },
  onLost: {
    shape: word('retry', 'fail'),
    doc: 'What to do when it is unknown whether an attempt took effect. Default `retry` for what only reads or has a `key`, else `fail`.',
  },
  runsOn: { shape: runsOn, doc: 'Where the step runs: local, or on an agent.' },
  key: { shape: key, doc: 'An expression: the idempotency key, sent with every attempt.' },
  compensate: {
    shape: flag,
    doc: 'Of a block with `on_error`: the `undo` calls of its completed steps are made when a fault is handled, before the run goes on.',
    default: false,
  },
  undo: { shape: undo, doc: 'What takes the effect back when the run fails or is cancelled later.' },
  next: { shape: snakeCase, doc: 'The step that follows, by id, or `end`. Default: the next one in the list.' },
  maxVisits: {
    shape: integer({ minimum: 1 }),
    doc: 'How often the step may be entered in one run; needed where a jump leads back to it.',
  },
} as const satisfies Fields

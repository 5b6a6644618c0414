/** Types of the library as the TypeScript compiler sees them: compiled by `tsc --noEmit`, never run. */
import type { AnyStateMachine } from 'xstate'
import {
  compile,
  defineActor,
  defineTool,
  type JsonValue,
  openStore,
  provideActors,
  type RunResult,
  resume,
  run,
  type ValueOf,
} from '../../src/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_Claim extends true>(): void => {}

// The shorthand
holds<Equal<ValueOf<'string'>, string>>()
holds<Equal<ValueOf<'integer'>, number>>()
holds<Equal<ValueOf<'any'>, JsonValue>>()
holds<Equal<ValueOf<'string | null'>, string | null>>()
holds<Equal<ValueOf<'number[]'>, number[]>>()
holds<Equal<ValueOf<'[string]'>, string[]>>()
holds<Equal<ValueOf<readonly ['boolean']>, boolean[]>>()
holds<Equal<ValueOf<{ readonly enum: readonly ['a', 'b'] }>, 'a' | 'b'>>()
holds<Equal<ValueOf<{ id: 'string'; 'note?': 'string' }>, { id: string; note?: string }>>()
holds<Equal<ValueOf<{ items: readonly [{ text: 'string' }] }>, { items: { text: string }[] }>>()
// A field may have the name of a keyword.
holds<Equal<ValueOf<{ type: 'string'; name: 'string' }>, { type: string; name: string }>>()

// JSON Schema
holds<Equal<ValueOf<{ type: 'integer'; minimum: 1 }>, number>>()
holds<Equal<ValueOf<{ type: readonly ['string', 'null'] }>, string | null>>()
holds<Equal<ValueOf<{ const: 5 }>, 5>>()
holds<Equal<ValueOf<{ anyOf: readonly [{ type: 'string' }, { type: 'number' }] }>, string | number>>()
holds<Equal<ValueOf<{ type: 'array'; items: { type: 'string' } }>, string[]>>()
holds<
  Equal<
    ValueOf<{ type: 'object'; properties: { a: { type: 'string' }; b: { type: 'number' } }; required: readonly ['a'] }>,
    { a: string; b?: number }
  >
>()
// What is not known in the source is any JSON.
holds<Equal<ValueOf<string>, JsonValue>>()
holds<Equal<ValueOf<Record<string, unknown>>, JsonValue>>()

// Tools
const price = defineTool({
  name: 'shop.price',
  input: { article: 'string', 'currency?': { enum: ['EUR', 'USD'] } },
  output: { amount: 'number' },
  perform({ article, currency }, { signal, key }) {
    holds<Equal<typeof article, string>>()
    holds<Equal<typeof currency, 'EUR' | 'USD' | undefined>>()
    holds<Equal<typeof signal, AbortSignal>>()
    holds<Equal<typeof key, string>>()
    return { amount: 5 }
  },
})
defineTool({ name: 'a', input: {}, perform: async () => {} })
defineTool({ name: 'a', input: {}, output: 'null', perform: () => undefined })
// @ts-expect-error the output lacks a field
defineTool({ name: 'a', input: {}, output: { amount: 'number' }, perform: async () => ({}) })
// @ts-expect-error the output has another type
defineTool({ name: 'a', input: {}, output: 'number', perform: () => 'five' })
// @ts-expect-error the input has no such field
defineTool({ name: 'a', input: { article: 'string' }, perform: ({ artikel }) => artikel })
// @ts-expect-error a tool needs the type of its input
defineTool({ name: 'a', perform: () => null })

// Models
defineActor({ kind: 'llm', name: 'acme', perform: ({ messages }) => messages[0]?.content ?? '' })
// @ts-expect-error tools are made by defineTool
defineActor({ kind: 'tool', name: 'acme', perform: () => '' })

// Workflows
const result = compile('', { actors: [price] })
if (result.ok) {
  holds<Equal<RunResult, Awaited<ReturnType<typeof run>>>>()
  run(result.workflow, { input: { any: ['json'] }, signal: new AbortController().signal }).catch(() => {})
  const machine: AnyStateMachine = result.workflow.machine.provide(provideActors(result.workflow))
  machine.getInitialSnapshot
  // @ts-expect-error a date is no JSON
  run(result.workflow, { input: { at: new Date() } }).catch(() => {})
  // @ts-expect-error an option is misspelt
  run(result.workflow, { inputs: {} }).catch(() => {})
} else {
  holds<Equal<typeof result.workflow, undefined>>()
}
// @ts-expect-error there may be no workflow
run(result.workflow).catch(() => {})
// @ts-expect-error a run is resumed from its store
resume('last', {}).catch(() => {})
resume('last', { store: await openStore('memory') }).catch(() => {})

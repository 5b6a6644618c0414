/**
 * Every way through a workflow, and every moment at which the process may die on it.
 *
 * The ways are the shortest paths of `@xstate/graph` over the fold itself, foreach items included: a vertex is what the
 * run has come to, an edge is an outcome of an open effect or a timer. The moments lie before and after each write of the
 * journal. On each, a new host over the same store must bring the run to the same end.
 */
import { getShortestPaths } from '@xstate/graph'
import type { ActorLogic, EventObject } from 'xstate'
import { createInstance } from '../../src/actors/llm/mock/schema-instance.ts'
import type { Catalogue } from '../../src/compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import type { Step } from '../../src/compiler/document.ts'
import { placeSteps } from '../../src/compiler/step-place.ts'
import { isJsonObject, type JsonValue } from '../../src/core/json.ts'
import type { JsonSchema } from '../../src/core/json-schema.ts'
import type { OpenEffect } from '../../src/runtime/run-effect.ts'
import type { RunEvent } from '../../src/runtime/run-event.ts'
import { RunState } from '../../src/runtime/run-state.ts'
import { contextOf, type Scope } from '../../src/runtime/scope.ts'

export interface PathOptions {
  catalogue: Catalogue
  input: JsonValue
  /** What steps give out, by id, where an instance of their type will not do. */
  outputs?: Readonly<Record<string, readonly JsonValue[]>>
  /** Of paths; default 2,000. */
  limit?: number
  /** Of vertices looked at; default 2,000. */
  mostVertices?: number
}

export interface WorkflowPath {
  events: RunEvent[]
  end: NonNullable<RunState['end']>
}

const RUN_ID = 'r-cut'
export const START_AT = Date.UTC(2030, 0, 1)

/** The shortest path to each end that differs from the others, shortest first. */
export const findPaths = (compiled: CompiledWorkflow, options: PathOptions): WorkflowPath[] => {
  const { limit = 2_000, mostVertices = 2_000 } = options
  const offers = new OutcomeOffers(compiled, options)
  let looked = 0
  const paths = getShortestPaths(createRunLogic(compiled, options.input), {
    events: ({ state }) => (looked++ < mostVertices ? offers.of(state).map((event) => ({ type: 'run', event })) : []),
    serializeState: ({ state }) => describeVertex(state),
    serializeEvent: ({ event }) => JSON.stringify(event ?? null),
    toState: ({ state }) => state.end !== undefined,
  })
  return paths.slice(0, limit).map(({ state: { events, state } }) => {
    if (state.end === undefined) throw new Error('a path that does not end')
    return { events, end: state.end }
  })
}

interface RunSnapshot {
  status: 'active'
  output: undefined
  error: undefined
  events: RunEvent[]
  state: RunState
}

type Told = EventObject & { event?: RunEvent }

/** The fold of a run as actor logic: snapshots are values, since each folds its own events from the start. */
const createRunLogic = (compiled: CompiledWorkflow, input: JsonValue): ActorLogic<RunSnapshot, Told> => {
  const foldAll = (events: RunEvent[]): RunSnapshot => {
    const state = new RunState(compiled)
    state.start({ runId: RUN_ID, at: START_AT, data: { input, lowering: 1, models: {}, env: {} } })
    for (const event of events) state.apply(event)
    return { status: 'active', output: undefined, error: undefined, events, state }
  }
  return {
    transition: (snapshot, { event }) => (event === undefined ? snapshot : foldAll([...snapshot.events, event])),
    getInitialSnapshot: () => foldAll([]),
    getPersistedSnapshot: (snapshot) => snapshot,
  }
}

/** What the run has come to, without what only counts: times and visits. */
const describeVertex = (state: RunState): string => {
  const scopes: unknown[] = []
  const visit = (scope: Scope): void => {
    const records = Object.values(contextOf(scope).steps)
    scopes.push([
      scope.path.replaceAll(/:\d+/g, ''),
      scope.snapshot.value,
      records.map(({ status, output, error, entered }) => [status, output, error, entered]),
    ])
    for (const { pool, items } of scope.open.values()) {
      if (pool !== undefined) scopes.push(pool.counts)
      for (const item of items?.values() ?? []) visit(item)
    }
  }
  if (state.root !== undefined) visit(state.root)
  return JSON.stringify([scopes, state.end ?? null])
}

/** How many effects are offered an outcome at a time: of items that are alike it matters little which comes first. */
const WIDTH = 2

class OutcomeOffers {
  readonly #compiled: CompiledWorkflow
  readonly #options: PathOptions
  readonly #codes: ReadonlyMap<string, readonly string[]>
  readonly #conditions: string

  constructor(compiled: CompiledWorkflow, options: PathOptions) {
    this.#compiled = compiled
    this.#options = options
    this.#codes = findCodes(compiled)
    this.#conditions = JSON.stringify([
      compiled.root.config,
      ...[...compiled.bodies.values()].map(({ config }) => config),
    ])
  }

  of(state: RunState): RunEvent[] {
    if (state.end !== undefined) return []
    const at = state.root === undefined ? START_AT : contextOf(state.root).at
    return [
      ...state
        .openEffects()
        .slice(0, WIDTH)
        .flatMap((effect) => this.#outcomes(effect, at)),
      ...state.openTimers().map(
        ({ path, visit, name, dueAt }): RunEvent => ({
          kind: 'timer',
          at: Math.max(at, dueAt),
          path,
          visit,
          data: { timer: name },
        }),
      ),
    ]
  }

  #outcomes({ path, visit, step }: OpenEffect, at: number): RunEvent[] {
    const figures = { attempt: 1, started: at, ms: 0 }
    const row = { kind: 'outcome', at, path, visit } as const
    return [
      ...this.#outputsOf(step).map((output): RunEvent => ({ ...row, data: { ...figures, output } })),
      ...(this.#codes.get(step) ?? []).map(
        (code): RunEvent => ({
          ...row,
          data: { ...figures, fault: { code, message: 'as decided', retryable: false } },
        }),
      ),
    ]
  }

  #outputsOf(step: string): readonly JsonValue[] {
    const given = this.#options.outputs?.[step]
    if (given !== undefined) return given
    const plan = this.#compiled.plans.get(step)
    const schema = plan?.returns ?? this.#options.catalogue.tools.get(plan?.actor ?? '')?.output
    if (schema === undefined) return [plan?.kind === 'llm' ? { text: 'a text' } : {}]
    const instance = createInstance(schema, 'a text')
    const matters = new RegExp(`steps\\.\\??${step}\\b`).test(this.#conditions)
    return matters ? [instance, ...vary(instance, schema)] : [instance]
  }
}

/** The same value with one field changed to something else that its type allows. */
const vary = (instance: JsonValue, { properties }: JsonSchema): JsonValue[] => {
  if (!isJsonObject(instance) || !isJsonObject(properties as JsonValue)) return []
  return Object.entries(properties as Record<string, JsonSchema>).flatMap(([name, schema]) =>
    alternatives(schema).map((value) => ({ ...instance, [name]: value })),
  )
}

const alternatives = (schema: JsonSchema): JsonValue[] => {
  if (Array.isArray(schema.enum)) return schema.enum.slice(1) as JsonValue[]
  if (schema.type === 'boolean') return [false]
  return schema.type === 'number' || schema.type === 'integer' ? [1] : []
}

/** The fault codes that lead elsewhere, by step: those that an `on_error` or a block's `retry` around it names, and one that none does. */
const findCodes = ({ workflow, plans }: CompiledWorkflow): ReadonlyMap<string, readonly string[]> => {
  const namedBy = ({ onError, retry }: Step): string[] => [
    ...(onError?.kind === 'map' ? onError.cases.map(({ code }) => code.value) : []),
    ...(retry?.on ?? []).map(({ value }) => value),
  ]
  return new Map(
    [...placeSteps(workflow)].map(([id, { step, ancestors }]) => {
      const { retry } = plans.get(id) ?? {}
      const codes = new Set([...ancestors, step].flatMap(namedBy))
      // What its own supervision would try again does not come out at once.
      for (const code of retry !== undefined && retry.max > 1 ? (retry.on ?? []) : []) codes.delete(code)
      for (const code of BLOCK_CODES) codes.delete(code)
      return [id, [...codes, 'tool_failed']]
    }),
  )
}

/** Faults that come from blocks, never from an actor. */
const BLOCK_CODES = ['loop_exhausted', 'visits_exhausted', 'join_failed']

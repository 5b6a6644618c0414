/**
 * Finds every way through a workflow: the shortest paths of `@xstate/graph` over the fold itself, foreach items
 * included. A vertex is a state of the run, an edge is an outcome of an open effect, or a timer.
 */
import { getShortestPaths } from '@xstate/graph'
import type { ActorLogic, EventObject } from 'xstate'
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { JsonValue } from '../../core/json.ts'
import type { RunState } from '../../runtime/run-state.ts'
import { contextOf, type Scope } from '../../runtime/scope/scope.ts'
import { stepOfPath } from '../../store/usage-sums.ts'
import { findExamples } from './example-outputs.ts'
import { findFaults } from './possible-faults.ts'
import { createWaitOffers } from './wait-offers.ts'
import {
  createWalker,
  type EffectOutcome,
  nextTimers,
  toEvent,
  toOutcome,
  type Walk,
  type WalkEvent,
  type Walker,
  type WalkOutcome,
  type WalkStart,
} from './walk.ts'

export interface PathOptions extends WalkStart {
  catalogue: Catalogue
  /** Outputs of steps, by id, in place of examples of their types. */
  outputs?: Readonly<Record<string, readonly JsonValue[]>>
  /** Says if a step may end with this fault. Default: it may. */
  mayFail?(step: string, code: string): boolean
  /** Default 2,000. */
  mostPaths?: number
  /** Maximum of states visited; default 2,000. */
  mostPlaces?: number
  /** Maximum of events folded, since each walk folds its own from the start: bounds deep walks, such as loops; default 100,000. */
  mostFolds?: number
}

export interface WorkflowPath {
  events: readonly WalkEvent[]
  end: NonNullable<RunState['end']>
}

export interface WorkflowPaths {
  /** Shortest first. */
  paths: WorkflowPath[]
  /** False if some ways were not visited. */
  isWhole: boolean
}

/**
 * Finds the shortest path to each distinct end. Cancelling, which is possible everywhere, and the tools that a model
 * may call are left out.
 */
export const findPaths = (workflow: CompiledWorkflow, options: PathOptions): WorkflowPaths => {
  const { mostPaths = 2_000, mostPlaces = 2_000, mostFolds = 100_000 } = options
  const offers = createOffers(workflow, options)
  let places = 0
  let folds = 0
  const listOffers = (walk: Walk): Told[] => {
    if (places++ >= mostPlaces || folds >= mostFolds) return []
    const offered = offers(walk)
    folds += offered.length * (walk.events.length + 1)
    return offered.map((event) => ({ type: 'walk', event }))
  }
  const walker = createWalker(workflow, options)
  const found = getShortestPaths(createWalkLogic(walker), {
    events: ({ walk }) => listOffers(walk),
    serializeState: ({ walk: { state } }) => describePlace(state),
    serializeEvent: ({ event }) => JSON.stringify(event ?? null),
    toState: ({ walk: { state } }) => state.end !== undefined,
  })
  const paths = found
    .flatMap(({ state, steps }) => {
      const told = steps.flatMap(({ event: { event } }) => event ?? [])
      const { events, state: reached } = walkAlong(told, walker) ?? state.walk
      return reached.end === undefined ? [] : [{ events, end: reached.end }]
    })
    .sort((one, other) => one.events.length - other.events.length)
  return {
    paths: paths.slice(0, mostPaths),
    isWhole: places <= mostPlaces && folds < mostFolds && paths.length <= mostPaths,
  }
}

/**
 * Replays the steps of a path, which come from walks that reached the same states, maybe by longer ways, at other times
 * and visits. The walk at the end of a path is the last that got there, not the shortest. Undefined if these outcomes,
 * one after the other, do not reach an end.
 */
const walkAlong = (told: readonly WalkEvent[], walker: Walker): Walk | undefined => {
  // One state is folded on: a walk of its own for each event would take the square of the time.
  const events: WalkEvent[] = []
  let walk: Walk = { ...walker([]), events }
  for (const one of told) {
    const { visit: _, ...outcome } = { visit: 0, ...toOutcome(one) }
    const event = toEvent(walk, outcome as WalkOutcome)
    if (event === undefined) return undefined
    events.push(event)
    walk.state.apply(event)
    walk = { ...walk, at: event.at }
  }
  return walk.state.end === undefined ? undefined : walk
}

interface WalkSnapshot {
  status: 'active'
  output: undefined
  error: undefined
  walk: Walk
}

type Told = EventObject & { event?: WalkEvent }

/** Wraps walks as actor logic: a snapshot is a value, since each folds its own events from the start. */
const createWalkLogic = (walker: Walker): ActorLogic<WalkSnapshot, Told> => {
  const at = (events: readonly WalkEvent[]): WalkSnapshot => ({
    status: 'active',
    output: undefined,
    error: undefined,
    walk: walker(events),
  })
  return {
    transition: (snapshot, { event }) => (event === undefined ? snapshot : at([...snapshot.walk.events, event])),
    getInitialSnapshot: () => at([]),
    getPersistedSnapshot: (snapshot) => snapshot,
  }
}

/** Returns the state of the run without counters: times and visits. */
const describePlace = (state: RunState): string => {
  const scopes: unknown[] = []
  const visit = (scope: Scope): void => {
    const records = Object.values(contextOf(scope).steps)
    // Calls left to make: for undoing, they may all be alike.
    const { calls = [] } = contextOf(scope) as { calls?: readonly unknown[] }
    scopes.push([
      scope.path.replaceAll(/:\d+/g, ''),
      scope.snapshot.value,
      calls.length,
      records.map(({ status, output, error, entered }) => [status, output, error, entered]),
    ])
    for (const { pool, items } of scope.open.values()) {
      if (pool !== undefined) scopes.push(pool.counts)
      for (const item of items?.values() ?? []) visit(item)
    }
  }
  if (state.root !== undefined) visit(state.root)
  const waits = state
    .openWaits()
    .map((wait) => [wait.path.replaceAll(/:\d+/g, ''), wait.kind === 'approval' ? wait.decisions.length : 0])
  return JSON.stringify([scopes, waits, state.end ?? null])
}

/** Maximum of effects and waits that are offered an outcome at a time: among equal items the order matters little. */
const WIDTH = 2

const createOffers = (
  workflow: CompiledWorkflow,
  { catalogue, outputs = {}, mayFail = () => true }: PathOptions,
): ((walk: Walk) => WalkEvent[]) => {
  const examples = findExamples(workflow, catalogue)
  const faults = findFaults(workflow)
  const outcomesOf = (step: string): EffectOutcome[] => [
    ...(outputs[step] ?? examples.get(step)?.examples ?? [{}]).map((output) => ({ output })),
    ...(faults.get(step)?.leading ?? []).filter((code) => mayFail(step, code)).map((fault) => ({ fault })),
    ...(faults.get(step)?.detailed ?? [])
      .filter(({ code }) => mayFail(step, code))
      .map(({ code, details }) => ({ fault: code, details })),
  ]
  const waitOffers = createWaitOffers(workflow, examples)
  const isExpected = (step: string, outcome: WalkOutcome): boolean =>
    !('rejected' in outcome) || mayFail(step, 'rejected')
  return (walk) => {
    if (walk.state.end !== undefined) return []
    const outcomes: WalkOutcome[] = [
      ...walk.state
        .openEffects()
        .slice(0, WIDTH)
        .flatMap(({ path, step }) => outcomesOf(step).map((outcome) => ({ step: path, ...outcome }))),
      ...walk.state
        .openWaits()
        .slice(0, WIDTH)
        .flatMap((wait) => waitOffers(walk, wait).filter((outcome) => isExpected(wait.step, outcome))),
      ...nextTimers(walk, ({ path, name }) => name === 'timeout' && !mayFail(stepOfPath(path), 'timeout')).map(
        ({ path, name }) => ({ step: path, timer: name }),
      ),
    ]
    return outcomes.flatMap((outcome) => toEvent(walk, outcome) ?? [])
  }
}

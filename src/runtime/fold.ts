/**
 * The fold: one step of a machine as a pure function, `(snapshot, event) → [snapshot, effects]`. This file is the only caller of
 * XState's transitions.
 *
 * Invariants
 * 1. The results equal those of XState's public `transition()`, which a property test checks. That one builds an actor at every call;
 *    here one inert scope per machine is created and reused, which halves the time of a step.
 * 2. Nothing is performed: snapshots are immutable, effects are plain data.
 * 3. A machine that goes round in circles without an effect fails with a fault, and does not hang its process.
 */
import {
  type AnyActorRef,
  type AnyStateMachine,
  type AnyStateNode,
  createEmptyActor,
  type EventFromLogic,
  type InputFrom,
  type SnapshotFrom,
  type StateValue,
} from 'xstate'
import { Fault } from '../core/fault.ts'

/** One effect of a machine. Actors are named by the id of their invoke, timers by XState's id. */
export type MachineEffect =
  | { type: 'spawn'; id: string }
  | { type: 'stop'; id: string }
  | { type: 'schedule'; timer: string; delayMs: number; event: string }
  | { type: 'unschedule'; timer: string }

export interface Fold<M extends AnyStateMachine> {
  start(input: InputFrom<M>): [SnapshotFrom<M>, MachineEffect[]]
  step(snapshot: SnapshotFrom<M>, event: EventFromLogic<M>): [SnapshotFrom<M>, MachineEffect[]]
  /** The place where a running machine stands, as plain data; its context is kept beside it. @throws Error for one that has ended */
  save(snapshot: SnapshotFrom<M>): SavedMachine
  /** The snapshot that `save` was given. @throws Error when the machine has no such state */
  restore(saved: SavedMachine, context: object): SnapshotFrom<M>
}

/** A machine without its context. */
export interface SavedMachine {
  value: StateValue
  /** Paths of its active states, in XState's order: transitions of several regions are carried out in it. */
  nodes: string[][]
  /** Names of the logic of its actors, by their ids. */
  children: Record<string, string>
}

/** The fold of any machine of a workflow. */
export type WorkflowFold = Fold<AnyStateMachine>
export type WorkflowSnapshot = SnapshotFrom<AnyStateMachine>

type InertScope = Parameters<AnyStateMachine['transition']>[2]

/** Folds by machine, so that the runs of one machine share its scope. */
const known = new WeakMap<AnyStateMachine, unknown>()

/** The fold of a machine; the same one at every call. */
export const foldOf = <M extends AnyStateMachine>(machine: M): Fold<M> => {
  const fold = (known.get(machine) as Fold<M> | undefined) ?? createFold(machine)
  known.set(machine, fold)
  return fold
}

const createFold = <M extends AnyStateMachine>(machine: M): Fold<M> => {
  let effects: MachineEffect[] = []
  let inert: InertScope | undefined
  const collect = (action: ExecutedAction): void => {
    const effect = toEffect(action)
    if (effect !== undefined) effects.push(effect)
  }
  const enterScope = (): InertScope => {
    inert ??= createInertScope(collect)
    effects = []
    return inert
  }
  return {
    start(input) {
      const snapshot = withinBounds(() => machine.getInitialSnapshot(enterScope(), input))
      return [snapshot as SnapshotFrom<M>, effects]
    },
    step(snapshot, event) {
      const scope = enterScope()
      const next = withinBounds(() => machine.transition(snapshot, event, scope))
      return [next as SnapshotFrom<M>, effects]
    },
    save: saveMachine,
    restore: (saved, context) => restoreMachine(machine, { saved, context, scope: enterScope() }) as SnapshotFrom<M>,
  }
}

const saveMachine = ({ status, value, _nodes, children, historyValue }: WorkflowSnapshot): SavedMachine => {
  if (status !== 'active' || Object.keys(historyValue).length > 0) throw new Error(`a machine that is ${status}`)
  const actors = Object.entries(children as Record<string, AnyActorRef>)
  const named = actors.map(([id, { src }]): [string, string] => [id, String(src)])
  return { value, nodes: _nodes.map(({ path }) => path), children: Object.fromEntries(named) }
}

/** XState's `restoreSnapshot` would look for actors in the context, in which users may write what looks like one. */
const restoreMachine = (
  machine: AnyStateMachine,
  { saved, context, scope }: { saved: SavedMachine; context: object; scope: InertScope },
): WorkflowSnapshot => {
  const { value, nodes, children } = saved
  const inert = Object.entries(children).map(([id, src]) => [id, { src, syncSnapshot: false }])
  const place = { value, context: {}, children: Object.fromEntries(inert), historyValue: {} }
  const given = { status: 'active' as const, output: undefined, error: undefined, ...place }
  const restored = machine.restoreSnapshot(given, scope)
  return { ...restored, value, _nodes: nodes.map((path) => findNode(machine.root, path)), context } as WorkflowSnapshot
}

const findNode = (root: AnyStateNode, path: readonly string[]): AnyStateNode => {
  let node: AnyStateNode | undefined = root
  for (const key of path) node = node?.states[key]
  if (node === undefined) throw new Error(`no state '${path.join('.')}'`)
  return node
}

/** Message of the error, without a code, with which XState stops a macrostep after `maxIterations`. */
const ENDLESS = /^Infinite loop detected/

/** @throws Fault `budget_exceeded` when a machine goes on and on without an effect */
const withinBounds = <T>(work: () => T): T => {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof Error) || !ENDLESS.test(thrown.message)) throw thrown
    const message = 'the run goes round in circles in which every step is skipped'
    throw new Fault('budget_exceeded', message, { details: { limit: 'steps' }, cause: thrown })
  }
}

interface ExecutedAction {
  type: string
  params?: unknown
}

/** Parameters of XState's own actions. */
interface ActionParams {
  id?: string
  delay?: number
  event?: { type: string }
  sendId?: string
}

/** Each transition needs an actor that it belongs to. An actor of the machine itself would compute its initial state first. */
const createInertScope = (collect: (action: ExecutedAction) => void): InertScope => {
  const self: AnyActorRef = createEmptyActor() // never started
  const nothing = (): void => {}
  return {
    self,
    id: '',
    sessionId: '',
    system: self.system,
    logger: nothing,
    defer: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: collect,
  }
}

const toEffect = ({ type, params: given }: ExecutedAction): MachineEffect | undefined => {
  const params = (given ?? {}) as ActionParams
  switch (type) {
    case 'xstate.spawnChild':
      return { type: 'spawn', id: params.id ?? '' }
    case 'xstate.stopChild':
      return { type: 'stop', id: params.id ?? '' }
    case 'xstate.raise':
      return params.delay === undefined
        ? undefined
        : { type: 'schedule', timer: params.id ?? '', delayMs: params.delay, event: params.event?.type ?? '' }
    case 'xstate.cancel':
      return { type: 'unschedule', timer: params.sendId ?? '' }
    default:
      return undefined
  }
}

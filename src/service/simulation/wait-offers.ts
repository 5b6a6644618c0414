/**
 * Outcomes that a walk offers for a wait: decisions, with values that fit the form; and events that the wait accepts,
 * with data made from what the workflow reads of it, since no schema describes an event.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Step } from '../../compiler/document.ts'
import { compileExpression } from '../../compiler/expression/compile-expression.ts'
import { createBindings } from '../../compiler/link/bindings.ts'
import type { MachineContext } from '../../compiler/machine-context.ts'
import { placeSteps } from '../../compiler/place-steps.ts'
import type { StepPlace } from '../../compiler/step-place.ts'
import { isFault } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue, toCanonicalJson } from '../../core/json.ts'
import type { OpenWait } from '../../runtime/effects/run-effect.ts'
import { contextOf, pathOf, type Scope } from '../../runtime/scope/scope.ts'
import { type ExampleOutputs, MOST_EXAMPLES, TEXT } from './example-outputs.ts'
import { findMentions, type Mention } from './mentions.ts'
import type { Approval, Walk, WalkOutcome } from './walk.ts'

/** Empty for a wait whose event goes to another wait that has been open for longer. */
export type WaitOffers = (walk: Walk, wait: OpenWait) => WalkOutcome[]

export const createWaitOffers = (
  workflow: CompiledWorkflow,
  examples: ReadonlyMap<string, ExampleOutputs>,
): WaitOffers => {
  const places = placeSteps(workflow.workflow)
  const texts = expressionsIn(workflow.workflow)
  return (walk, wait) =>
    wait.kind === 'approval' ? offerDecisions(wait, examples) : offerEvents(walk, wait, { places, texts })
}

const offerDecisions = (
  { path: step, step: id, form }: Approval,
  examples: ReadonlyMap<string, ExampleOutputs>,
): WalkOutcome[] => {
  const outputs = form === null ? [] : (examples.get(id)?.examples ?? [])
  const filled = outputs.map((output) => (isJsonObject(output) ? (output.values ?? null) : null))
  const different = new Map((filled.length === 0 ? [null] : filled).map((values) => [toCanonicalJson(values), values]))
  return [...[...different.values()].map((approved) => ({ step, approved })), { step, rejected: '' }]
}

interface EventContext {
  places: ReadonlyMap<string, StepPlace>
  /** All expressions of the workflow. */
  texts: readonly string[]
}

const offerEvents = (
  walk: Walk,
  wait: Extract<OpenWait, { kind: 'event' }>,
  { places, texts }: EventContext,
): WalkOutcome[] => {
  const scope = scopesOf(walk.state.root).find((one) => pathOf(one, wait.step) === wait.path)
  const place = places.get(wait.step)
  if (scope === undefined || place === undefined) return []
  const context = contextOf(scope)
  return createData(mentionsOf(place.step, texts), {
    evaluatePeer: (peer) => evaluate(peer, { place, places, context }),
    isTaken: (data) => takerOf(walk, { event: wait.event, data })?.path === wait.path,
  })
    .slice(0, MOST_EXAMPLES)
    .map((data) => ({ event: wait.event, data }))
}

/** Returns the wait that receives an event: of those that accept it, the one open for the longest time. */
const takerOf = ({ state, at }: Walk, { event, data }: { event: string; data: JsonValue }): OpenWait | undefined => {
  const scopes = scopesOf(state.root)
  const received = { id: 'walk', name: event, data, at: new Date(at).toISOString() }
  return state.openWaits().find((wait) => {
    if (wait.kind !== 'event' || wait.event !== event) return false
    const scope = scopes.find((one) => pathOf(one, wait.step) === wait.path)
    return scope?.linked.steps.get(wait.step)?.accepts?.(contextOf(scope), received) === true
  })
}

const scopesOf = (scope: Scope | undefined): Scope[] =>
  scope === undefined
    ? []
    : [scope, ...[...scope.open.values()].flatMap(({ items }) => [...(items?.values() ?? [])].flatMap(scopesOf))]

const mentionsOf = (step: Step, texts: readonly string[]): Mention[] => {
  const match = step.kind === 'wait' && step.wait.kind === 'event' ? step.wait.match : undefined
  return [
    ...(match === undefined ? [] : findMentions(match.text, 'event.data')),
    ...texts.flatMap((text) => findMentions(text, `steps.${step.id.value}.output`)),
  ]
}

const evaluate = (
  text: string,
  { place, places, context }: { place: StepPlace; places: ReadonlyMap<string, StepPlace>; context: MachineContext },
): JsonValue | undefined => {
  const site = { scopes: place.scopes, chain: [...place.ancestors, place.step] }
  try {
    return compileExpression<MachineContext>({ text }, createBindings(site, places))(context)
  } catch (thrown) {
    if (isFault(thrown)) return undefined
    throw thrown
  }
}

interface DataOptions {
  evaluatePeer(text: string): JsonValue | undefined
  isTaken(data: JsonValue): boolean
}

/** Makes data from the first values of all reads together; then copies with one of them changed. */
const createData = (mentions: readonly Mention[], { evaluatePeer, isTaken }: DataOptions): JsonValue[] => {
  const fields = new Map<string, { path: readonly string[]; values: JsonValue[] }>()
  for (const { path, values, peers } of [...mentions].sort((one, other) => one.path.length - other.path.length)) {
    const field = fields.get(path.join('.')) ?? { path, values: [] }
    field.values.push(...peers.flatMap((peer) => evaluatePeer(peer) ?? []), ...values)
    fields.set(path.join('.'), field)
  }
  const inner = [...fields.values()].filter(({ path }) => path.length > 0)
  if (inner.length === 0) return (fields.get('')?.values.concat({}) ?? [{}]).filter(isTaken)
  const choose = (data: JsonObject, spare: readonly JsonValue[]): JsonObject[] =>
    inner.flatMap(({ path, values }) => [...values, ...spare].map((value) => withField(data, path, value)))
  const first = inner.reduce<JsonObject>((data, { path, values: [value = TEXT] }) => withField(data, path, value), {})
  const taken = isTaken(first) ? first : choose(first, [true, 1]).find(isTaken)
  if (taken === undefined) return []
  const different = new Map([taken, ...choose(taken, []).filter(isTaken)].map((data) => [toCanonicalJson(data), data]))
  return [...different.values()]
}

const withField = (data: JsonObject, [name = '', ...inner]: readonly string[], value: JsonValue): JsonObject => {
  const known = ownValue(data, name)
  return { ...data, [name]: inner.length === 0 ? value : withField(isJsonObject(known) ? known : {}, inner, value) }
}

const expressionsIn = (node: unknown): string[] => {
  if (typeof node !== 'object' || node === null) return []
  if (node instanceof Map) return [...node.values()].flatMap(expressionsIn)
  if ('toOffset' in node && 'text' in node) return [String(node.text)]
  return Object.values(node).flatMap(expressionsIn)
}

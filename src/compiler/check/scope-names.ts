/**
 * Names that an expression may use, by its site. Blocks add names: a loop adds `iter`, a foreach adds `index` and the
 * name of its item; a step that `on_error` leads to has `error`, as have all steps inside it.
 */
import type { JsonSchema } from '../../core/json-schema.ts'
import type { StepOf, Trigger, Workflow } from '../document.ts'
import type { ExpressionNames, StepType } from '../expression/expression-names.ts'
import { ANY, NUMBER, STRING, type Type } from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import type { ErrorScopes } from './error-scopes.ts'
import { ENDED_RUN, EVENTS, FAULT, ITERATION, MAYBE_FAULT, RUN } from './known-types.ts'
import type { IndexedStep, StepIndex } from './step-index.ts'

/** Types of steps and items, computed on demand. */
export interface StepTypes {
  outputOf(step: IndexedStep): Type
  itemOf(foreach: IndexedStep): Type
  errorOf(step: IndexedStep): Type
}

export interface ScopeNames {
  /**
   * `inside`: the site is inside the block, as the test of a loop and `yields` are. `event`: the site sees an event
   * that is waited for. `caught`: the site sees the fault of the step as `error`.
   */
  ofStep(
    step: IndexedStep,
    options?: { inside?: boolean; secrets?: boolean; event?: boolean; caught?: boolean },
  ): ExpressionNames
  /** For the workflow's `output`. */
  ofEnd(): ExpressionNames
  /** Type of the input of a run. */
  input: Type
  /** Names for `flow`, which is evaluated before there is a run. */
  ofFlow(): ExpressionNames
  /** `call`: type of the input of a call, as `with`. */
  ofPreset(options?: { secrets?: boolean; call?: Type }): ExpressionNames
  /** `output`: the output of the ended run is in scope. */
  ofTrigger(kind: Trigger['kind'], options?: { secrets?: boolean; output?: boolean }): ExpressionNames
}

export interface ScopeOptions {
  workflow: Workflow
  index: StepIndex
  types: StepTypes
  errors: ErrorScopes
  /** Environment variables that expressions may read. */
  environment: readonly string[]
}

export const createScopeNames = (options: ScopeOptions): ScopeNames => {
  const { workflow, environment } = options
  const env: Type = {
    kind: 'object',
    fields: new Map(environment.map((name) => [name, { type: STRING, optional: false }])),
  }
  const input = typeOfSchema(withDefaults(workflow.input?.value ?? NO_INPUT))
  const declared = workflow.secrets.map(({ value }) => value)
  const inRun = namesOf({ input, run: RUN, env })
  const onEvent = new Map([...inRun, ['event', ANY]])
  const secretsIf = (allowed = false): readonly string[] | undefined => (allowed ? declared : undefined)
  return {
    input,
    ofStep: (step, { inside = false, secrets, event = false, caught = false } = {}) =>
      new StepNames({ step, inside, caught, secrets: secretsIf(secrets), global: event ? onEvent : inRun, options }),
    ofEnd: () =>
      new StepNames({ step: undefined, inside: false, caught: false, secrets: undefined, global: inRun, options }),
    ofFlow: () => withoutSteps(namesOf({ input, env }), undefined),
    ofPreset: ({ secrets, call } = {}) =>
      withoutSteps(call === undefined ? inRun : new Map([...inRun, ['with', call]]), secretsIf(secrets)),
    ofTrigger: (kind, { secrets, output = false } = {}) =>
      withoutSteps(namesOf({ event: EVENTS[kind], env, ...(output && { output: ANY }) }), secretsIf(secrets)),
  }
}

const RESERVED = ['input', 'run', 'env', 'steps', 'secrets', 'iter', 'index', 'error', 'event', 'true', 'false', 'null']

/** True if an item of a foreach may not have this name. */
export const isReservedName = (name: string): boolean => RESERVED.includes(name)

/** Schema of a workflow without `input`, which takes none. */
const NO_INPUT: JsonSchema = { type: 'object', properties: {}, additionalProperties: false }

/** Makes fields with a default required: they exist once the input has been accepted. */
const withDefaults = (schema: JsonSchema): JsonSchema => {
  if (schema.properties === undefined) return schema
  const properties = Object.entries(schema.properties)
  return {
    ...schema,
    properties: Object.fromEntries(properties.map(([name, property]) => [name, withDefaults(property)])),
    required: [
      ...(schema.required ?? []),
      ...properties.filter(([, property]) => property.default !== undefined).map(([name]) => name),
    ],
  }
}

const namesOf = (types: Record<string, Type>): ReadonlyMap<string, Type> => new Map(Object.entries(types))

const withoutSteps = (roots: ReadonlyMap<string, Type>, secrets: readonly string[] | undefined): ExpressionNames => ({
  root: (name) => roots.get(name),
  rootNames: () => [...roots.keys()],
  step: () => undefined,
  stepIds: () => [],
  secrets: () => secrets,
})

interface StepSite {
  /** Undefined: at the end of the workflow. */
  step: IndexedStep | undefined
  inside: boolean
  caught: boolean
  secrets: readonly string[] | undefined
  global: ReadonlyMap<string, Type>
  options: ScopeOptions
}

class StepNames implements ExpressionNames {
  readonly #site: StepSite
  /** The blocks that the expression is inside, innermost first. */
  readonly #blocks: IndexedStep[] = []

  constructor(site: StepSite) {
    this.#site = site
    for (let at = site.inside ? site.step : site.step?.parent; at !== undefined; at = at.parent) this.#blocks.push(at)
  }

  root(name: string): Type | undefined {
    const { global, step, options, caught } = this.#site
    if (name === 'error' && caught) return FAULT
    if (name === 'iter') return this.#blocks.some(isLoop) ? ITERATION : undefined
    if (name === 'index') return this.#blocks.some(isForeach) ? NUMBER : undefined
    if (name === 'error') return step && (options.errors.typeAt(step) ?? (step.isFinal ? MAYBE_FAULT : undefined))
    if (name === 'run' && step?.isFinal) return ENDED_RUN
    const foreach = this.#blocks.find((block) => isForeach(block) && asOf(block) === name)
    return foreach === undefined ? global.get(name) : options.types.itemOf(foreach)
  }

  rootNames(): readonly string[] {
    const local = this.#blocks.flatMap((block) => (isForeach(block) ? [asOf(block)] : []))
    const contextual = ['iter', 'index', 'error'].filter((name) => this.root(name) !== undefined)
    return [...this.#site.global.keys(), ...contextual, ...local]
  }

  step(id: string): StepType | undefined {
    const { index, types } = this.#site.options
    const step = index.byId.get(id)
    if (step === undefined || !this.#sees(step)) return undefined
    return {
      get output() {
        return types.outputOf(step)
      },
      get error() {
        return types.errorOf(step)
      },
    }
  }

  stepIds(): readonly string[] {
    const ids: string[] = []
    for (const step of this.#site.options.index.byId.values()) if (this.#sees(step)) ids.push(step.id)
    return ids
  }

  hiddenStep(id: string): string | undefined {
    const step = this.#site.options.index.byId.get(id)
    if (step === undefined || this.#sees(step)) return undefined
    if (step.isFinal && !this.#isFinal)
      return "it runs in 'finally', after the end of the run: expected a step of 'steps'"
    return `it runs once for each item of '${step.scope?.id}', and is seen only inside it: expected steps.${step.scope?.id}.output`
  }

  secrets(): readonly string[] | undefined {
    return this.#site.secrets
  }

  #sees({ scope, isFinal }: IndexedStep): boolean {
    return (!isFinal || this.#isFinal) && (scope === undefined || this.#blocks.includes(scope))
  }

  get #isFinal(): boolean {
    return this.#site.step?.isFinal === true
  }
}

const isLoop = ({ step }: IndexedStep): boolean => step.kind === 'loop'
const isForeach = ({ step }: IndexedStep): boolean => step.kind === 'foreach'
const asOf = ({ step }: IndexedStep): string => (step as StepOf<'foreach'>).as.value
